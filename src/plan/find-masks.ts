import { allowUnless, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import type { HideReader, HideState } from '../match/hide-pattern.ts';
import type { Placed } from '../policy/policy.ts';
import type { Grant } from './decide-files.ts';
import type { Entry, Host, Surroundings } from './host.ts';
import { heldBind } from './mount-grants.ts';
import type { Because, Mount } from './plan.ts';
import { PROTECTED_DEPTH, PROTECTED_IN_GIT, PROTECTED_NAMES } from './protected-name.ts';

/**
 * What is to be masked inside the granted directories, as they are now: with patterns to hide by, all of them is walked
 * through, else as deep as protected names are looked for. Links are not followed: what they lead to has a name of its
 * own, and is hidden by that. Nothing below what is hidden is looked at.
 */
export function findMasks(
  grants: readonly Grant[],
  hide: readonly Placed<string>[],
  reader: HideReader,
  host: Host,
  around: Surroundings,
): Decision<readonly Mount[]> {
  const walk = new Walk(hide, reader, host, around);
  for (const grant of grants) {
    if (host.file(grant.real)?.kind !== 'directory') continue;
    walk.through(grant);
    if (walk.isTooLong) return deny(tooLong(grant, walk.seen, hide));
  }
  return allowUnless(walk.faults, walk.masks);
}

/** A directory to be looked into. */
interface Visit {
  readonly path: string;
  readonly name: string;
  readonly state: HideState;
  /** Below the granted directory; that of a package is without end, for nobody opens it as a project. */
  readonly depth: number;
}

class Walk {
  readonly faults: Finding[] = [];
  seen = 0;
  readonly #hide: readonly Placed<string>[];
  readonly #reader: HideReader;
  readonly #host: Host;
  readonly #around: Surroundings;
  /** By their paths: two grants may lie in each other. */
  readonly #protected = new Map<string, Mount>();
  readonly #hidden = new Map<string, Mount>();
  readonly #absent = new Map<string, Mount>();

  constructor(hide: readonly Placed<string>[], reader: HideReader, host: Host, around: Surroundings) {
    this.#hide = hide;
    this.#reader = reader;
    this.#host = host;
    this.#around = around;
  }

  /** Those to be read first: something hidden may lie in one of them. */
  get masks(): readonly Mount[] {
    const kept = [...this.#protected.values()].filter(({ path }) => !this.#hidden.has(path));
    return [...kept, ...this.#hidden.values(), ...this.#absent.values()];
  }

  get isTooLong(): boolean {
    return this.seen > MOST_ENTRIES;
  }

  through(grant: Grant): void {
    const { real } = grant;
    const names = real.split('/').slice(1);
    const state = names.reduce((before, name) => this.#reader.step(before, name), this.#reader.root);
    const visits: Visit[] = [{ path: real, name: names.at(-1) ?? '', state, depth: 0 }];
    for (let visit = visits.pop(); visit && !this.isTooLong; visit = visits.pop()) {
      const entries = this.#around.entries(visit.path);
      this.seen += entries?.length ?? 1;
      if (!entries) this.#cannotLook(visit, grant);
      for (const entry of entries ?? []) {
        const inner = this.#judge(entry, visit, grant);
        if (inner) visits.push(inner);
      }
      if (entries && grant.mode === 'write') this.#watchNames(entries, visit, grant);
    }
  }

  /** What it is to be masked by; and itself, where it is to be looked into. */
  #judge(entry: Entry, { path: above, name: aboveName, state, depth }: Visit, grant: Grant): Visit | undefined {
    if (entry.isSymbolicLink()) return undefined;
    const { name } = entry;
    const path = `${above}/${name}`;
    const isDirectory = entry.isDirectory();
    const next = this.#reader.step(state, name);
    const pattern = this.#hide[next.hiddenBy ?? -1];
    const isClear = !name.includes('\uFFFD') || this.#hide.length === 0;
    if (!isClear && (pattern || isDirectory)) this.faults.push(nameless(path, pattern ?? this.#hide[0]));
    if (pattern) {
      this.#cover(path, isDirectory ? 'directory' : 'file', { reason: '`files.hide`', at: pattern.at });
      return undefined;
    }
    const isGit = name === '.git';
    const isNamed = PROTECTED_NAMES.includes(name) || (aboveName === '.git' && PROTECTED_IN_GIT.includes(name));
    const isProtected = isNamed || (isGit && !isDirectory);
    if (isProtected && grant.mode === 'write' && depth <= PROTECTED_DEPTH) this.#protect(path, grant);
    const inner = { path, name, state: next, depth: name === 'node_modules' ? Infinity : isGit ? depth : depth + 1 };
    const isDone = isProtected || aboveName === '.git' || inner.depth > PROTECTED_DEPTH;
    return isDirectory && (this.#hide.length > 0 || !isDone) ? inner : undefined;
  }

  #protect(path: string, { asked }: Grant): void {
    const bind = heldBind(path, 'read', { reason: `a protected name in \`${asked.value}\``, at: asked.at }, this.#host);
    if (bind.kind === 'bind') this.#protected.set(path, { ...bind, mask: true });
  }

  /** What cannot be looked into may hold what is to be hidden: it is hidden whole. */
  #cannotLook({ path, depth }: Visit, { real }: Grant): void {
    const [first] = this.#hide;
    if (!first || (depth === 0 && path === real)) return;
    this.#cover(path, 'directory', { reason: '`files.hide`: it cannot be looked into', at: first.at });
  }

  /** With the inode that it must be over: another may have its name by the time that it is made. */
  #cover(path: string, of: 'file' | 'directory', because: Because): void {
    const file = this.#host.file(path);
    const held = file && { device: file.device, inode: file.inode };
    this.#hidden.set(path, { kind: 'hidden', path, of, mask: true, because, ...(held && { held }) });
  }

  /** At the top of a grant and of each repository, where other programs look for them. */
  #watchNames(entries: readonly Entry[], { path, name, depth }: Visit, { real, asked }: Grant): void {
    const there = new Set(entries.map((entry) => entry.name));
    const isTop = path === real || (there.has('.git') && depth <= PROTECTED_DEPTH);
    if (!isTop && name !== '.git') return;
    const wanted = name === '.git' ? PROTECTED_IN_GIT : [...PROTECTED_NAMES, '.git'];
    const names = wanted.filter((one) => !there.has(one));
    if (names.length === 0) return;
    const because = { reason: `protected names in \`${asked.value}\``, at: asked.at };
    this.#absent.set(path, { kind: 'absent', path, names, mask: true, because });
  }
}

/** Some 150 ms of walking. */
const MOST_ENTRIES = 100_000;

function tooLong({ asked }: Grant, seen: number, [first]: readonly Placed<string>[]): Finding {
  return refusal(
    'hide-too-broad',
    `\`${asked.value}\` holds more than can be looked through before every start: ${seen} names and more, of ${MOST_ENTRIES} at most`,
    'grant the directories below it that the server works on',
    first?.at ?? asked.at,
  );
}

function nameless(path: string, pattern: Placed<string> | undefined): Finding {
  return refusal(
    'hide-name',
    `\`${path}\` has a name that is not UTF-8, so what \`${pattern?.value}\` says of it cannot be enforced`,
    'rename it, or grant the directories beside it',
    pattern?.at,
  );
}
