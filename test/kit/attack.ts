import { lstatSync, readlinkSync, writeFileSync } from 'node:fs';
import { execa, type Options } from 'execa';
import { describe, expect, test } from 'vitest';
import { serverAccount } from './account.ts';
import { makeArena, type Arena } from './arena.ts';
import { clientEnv, COMMAND } from './command.ts';
import { PROGRAM_PATH } from './fixture-server.ts';

/**
 * A program of `fixtures/attacks` and what it is after. It says `GOT` when it succeeds, and else what stood in its way:
 * so a test can tell an attack that was stopped from one that never ran.
 */
export interface Attack {
  readonly script: string;
  readonly args?: readonly string[];
  /** Keys of the confined entry alone: what it is granted. */
  readonly granted?: Record<string, unknown>;
  /** Keys of both entries. */
  readonly asked?: Record<string, unknown>;
  /** Of what starts it: the client's environment and directory. */
  readonly env?: Record<string, string>;
  readonly cwd?: string;
}

export interface Report {
  readonly said: string;
  readonly stderr: string;
  readonly exitCode: number | undefined;
}

/** One attack, with the same script at hand for every way of running it. */
export class Staged {
  readonly arena: Arena;
  readonly script: string;
  readonly args: readonly string[];
  readonly #attack: Attack;

  /** `inside` and `outside` are two entries of one policy that differ in what confines them. */
  constructor(arena: Arena, attack: Attack) {
    this.arena = arena;
    this.#attack = attack;
    this.script = arena.attacker(attack.script);
    this.args = attack.args ?? [];
    const entry = { command: this.#interpreter, args: [this.script, ...this.args], ...attack.asked };
    const inside = { unsafe: ['unlocked'], ...entry, ...attack.granted };
    const outside = { ...entry, unsafe: ['no-sandbox', 'unlocked'] };
    writeFileSync(
      arena.home.policy,
      JSON.stringify({ version: 1, programPath: PROGRAM_PATH, servers: { inside, outside } }),
    );
  }

  /** Confined by the launcher. */
  async inside(options: Options = {}): Promise<Report> {
    return this.#launch('inside', options);
  }

  /** By the same launcher, without a sandbox. */
  async outside(options: Options = {}): Promise<Report> {
    return this.#launch('outside', options);
  }

  /** Without any launcher, under the account of the tests: as a client starts a server that nobody wraps. */
  async plainly(options: Options = {}): Promise<Report> {
    const { env, cwd } = this.#attack;
    const file = this.#interpreter === 'node' ? process.execPath : this.#interpreter;
    const own = { extendEnv: false, env: { ...env }, ...(cwd !== undefined && { cwd }) };
    return reportOf(await execa(file, [this.script, ...this.args], { ...PATIENT, ...own, ...options }));
  }

  /** In a sandbox such as one writes by hand, by bubblewrap alone, with these further options. */
  async inBareSandbox(more: readonly string[], options: Options = {}): Promise<Report> {
    const file = this.#interpreter === 'node' ? process.execPath : this.#interpreter;
    const args = [...bareOptions(this.script), ...more, file, this.script, ...this.args];
    const own = { extendEnv: false, env: { ...this.#attack.env }, ...serverAccount };
    return reportOf(await execa('/usr/bin/bwrap', args, { ...PATIENT, ...own, ...options }));
  }

  get #interpreter(): string {
    const [, ending = ''] = /(\.[a-z]+)$/.exec(this.#attack.script) ?? [];
    return { '.sh': '/bin/sh', '.py': '/usr/bin/python3' }[ending] ?? 'node';
  }

  async #launch(id: string, options: Options): Promise<Report> {
    const { env, cwd = '/' } = this.#attack;
    const own = { extendEnv: false, env: clientEnv(this.arena.home, env), cwd };
    return reportOf(await execa(process.execPath, [COMMAND, 'run', id], { ...PATIENT, ...own, ...options }));
  }
}

/** An attack on what this makes. */
export function stage(arrange: (arena: Arena) => Attack): Staged {
  const arena = makeArena();
  return new Staged(arena, arrange(arena));
}

/** That the attacker ran to its end inside the sandbox, and was stopped by this, not by a sandbox that failed. */
export function expectHeld({ said, stderr, exitCode }: Report, by: RegExp): void {
  expect(stderr).not.toMatch(/^bwrap:|error\[/m);
  expect(said).not.toContain('GOT');
  expect(said).toMatch(by);
  expect(exitCode).toBe(0);
}

/** That the attack does what it says where nothing stands in its way; else it proves nothing that it fails elsewhere. */
export function expectGot({ said, stderr }: Report): void {
  expect(said, stderr).toMatch(/^GOT\b/);
}

/** A row of a table of attacks. */
export interface Case {
  /** Completes "a server that …". */
  readonly title: string;
  readonly arrange: (arena: Arena) => Attack;
  /** Where it succeeds; by the same launcher without a sandbox, unless that protects as well. */
  readonly succeeds?: (staged: Staged) => Promise<Report>;
  /** What the attacker says inside. */
  readonly by: RegExp;
}

/** Every attack twice: where it must succeed, and inside, where it must not. */
export function describeAttacks(cases: readonly Case[]): void {
  const rows = cases.map((row) => [row.title, row] as const);
  describe.each(rows)('a server that %s', (_title, { arrange, succeeds, by }) => {
    test('succeeds without the sandbox, or this test proves nothing', async () => {
      const staged = stage(arrange);
      expectGot(await (succeeds ? succeeds(staged) : staged.outside()));
    });

    test('is stopped by the sandbox', async () => {
      expectHeld(await stage(arrange).inside(), by);
    });
  });
}

/** stdin stays open, for a launcher ends a server whose client has nothing more to say. */
const PATIENT = { reject: false, timeout: 20_000 } as const;

function reportOf(result: { stdout?: unknown; stderr?: unknown; exitCode?: number | undefined }): Report {
  return { said: String(result.stdout).trim(), stderr: String(result.stderr), exitCode: result.exitCode };
}

/** The system, the interpreter and the script to be read, and namespaces for users and processes. */
function bareOptions(script: string): readonly string[] {
  const system = ['/bin', '/lib', '/lib64'].flatMap((path) => {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (!stats) return [];
    return stats.isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path];
  });
  return [
    ...['--die-with-parent', '--unshare-user', '--unshare-pid', '--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp'],
    ...['--ro-bind', '/usr', '/usr', ...system],
    ...['--ro-bind', process.execPath, process.execPath, '--ro-bind', script, script],
  ];
}
