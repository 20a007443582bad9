import { hostText } from '../match/covers-host.ts';
import { GIVES_UP } from '../policy/gives-up.ts';
import { LIMIT_NAMES } from '../policy/limits.ts';
import { referenceText } from '../policy/reference.ts';
import { limitText } from './limit-text.ts';
import { whatKeepsLauncher } from './keeps-launcher.ts';
import type { NotEnforced } from './not-enforced.ts';
import type { Because, EnvRule, Mount, Plan } from './plan.ts';

/** A part of a plan in words, and the line of the policy that caused it. */
export interface ExplainedLine {
  readonly what: string;
  readonly because?: Because;
}

/** A plan in words, for a person: sections of lines, every line with its cause. */
export function explain(plan: Plan): readonly (readonly [title: string, lines: readonly ExplainedLine[]])[] {
  const { program } = plan;
  const inEffect = plan.weakened.filter(({ effect }) => effect === 'in effect');
  const without = plan.weakened.filter(({ effect }) => effect === 'changes nothing yet');
  return [
    [
      'program',
      [
        line(program.real, program.because),
        ...(program.interpreter ? [line(`run by ${program.interpreter.real}`, { reason: 'its interpreter' })] : []),
        line(heldText(program), heldReason(program)),
      ],
    ],
    ['arguments', plan.argv.map((argument, index) => line(JSON.stringify(argument), plan.argvBecause[index]))],
    ['environment', plan.env.map((rule) => line(variable(rule), rule.because))],
    ['directory', [line(plan.cwd.path, plan.cwd.because)]],
    ['files', plan.mounts.map((mount) => line(mountText(mount), mount.because))],
    ['network', networkLines(plan.network)],
    ['limits', limitLines(plan.limits)],
    ['confinement', [line(CONFINEMENT[plan.confinement.by], plan.confinement.because)]],
    ['launcher', launcherLines(plan)],
    ['container', (plan.container?.options ?? []).map(({ option, because }) => line(option, because))],
    ['account', [line(`${plan.account.name} (${plan.account.uid}:${plan.account.gid})`, plan.account.because)]],
    ['given up', inEffect.map(({ ident, at }) => line(`${ident}: ${GIVES_UP[ident]}`, { reason: '`unsafe`', at }))],
    [
      'changes nothing yet',
      without.map(({ ident, at }) =>
        line(ident, {
          reason: IN_VAIN[plan.confinement.by] ?? '`unsafe`: what it would give up is not built',
          at,
        }),
      ),
    ],
    [
      'narrowed',
      plan.narrowed.map(({ what, at, by }) =>
        line(`${what}, ${at.file}:${at.line}`, { reason: 'not granted by', at: by }),
      ),
    ],
    ['not enforced yet', plan.notEnforced.map((ident) => line(ident, { reason: MEANINGS[ident] }))],
  ];
}

const MEANINGS: Record<NotEnforced, string> = {
  guard: 'messages pass unread: no rules for tools, prompts, resources or the client’s side',
  definitions: 'what the model reads of a server is not compared with a record',
  audit: 'nothing is recorded',
  lock: 'of a script, the file itself is held, not the packages that it loads',
  'macos-untested': 'nobody has tried our profile for macOS: it is written by what is known of Seatbelt',
  'process-tree':
    'what leaves the server’s process group outlives it, and the server outlives a launcher that is killed',
  masks: 'what other programs obey (`.git/hooks`, `.mcp.json`, …) can be written where `files.write` reaches',
  resources: 'memory, processes, open files and processor time have no limits',
  'private-sizes': 'the directories of its own have no limit but the disk’s',
  'system-calls': 'system calls are not filtered',
  'looked-after': 'who ends the process that looks after the server, by SIGKILL, leaves behind what the server started',
  'file-facts': 'that a file is there, its size and its times can be seen by whoever knows its path',
  accounts: 'the machine’s accounts can be read, and programs of the account share its memory and processor',
  'docker-untested': 'no test of ours runs Docker: it was tried by hand',
  'container-memory': 'podman without root limits memory only where the machine has cgroup v2',
  'path-races': 'files are granted by path: what is put in its place later is granted too',
};

const CONFINEMENT: Record<Plan['confinement']['by'], string> = {
  bubblewrap: 'bubblewrap, system calls filtered',
  seatbelt: 'Seatbelt, by sandbox-exec: untested on macOS by us',
  landlock: 'Landlock and a filter for system calls, without namespaces',
  container: 'a container, system calls filtered by its engine',
  nothing: 'none',
};

/** Why an entry of `unsafe` changes nothing. */
const IN_VAIN: Partial<Record<Plan['confinement']['by'], string>> = {
  seatbelt: '`unsafe`: nothing on macOS, or not built',
  landlock: '`unsafe`: nothing without namespaces, or not built',
  container: '`unsafe`: nothing in a container, or not built',
};

const HELD: Record<Plan['program']['heldBy'], string> = {
  lock: 'held by the lock, with all that it loads',
  digest: 'held by its digest, with all that is in it',
  sha256: 'held by its sha256',
  root: 'held by root: nobody else can change it',
  nothing: 'held by nothing: it may change between two starts',
};

function heldText({ heldBy, locked }: Plan['program']): string {
  return heldBy === 'lock' && !locked ? 'held by the lock: its sha256, as `lock` found it' : HELD[heldBy];
}

function heldReason({ sha256, locked }: Plan['program']): Because | undefined {
  if (locked) return { reason: `${locked.identity}, ${locked.manifest}` };
  return sha256 === undefined ? undefined : { reason: sha256 };
}

function networkLines(network: Plan['network']): ExplainedLine[] {
  if (network.mode !== 'hosts')
    return [line(network.mode === 'none' ? 'none' : 'the whole network of the machine', network.because)];
  const granted = network.rules.flatMap((rule): ExplainedLine[] => {
    if (rule.mode === 'list')
      return rule.hosts.map((pattern) => line(hostText(pattern), { reason: '`network`', at: pattern.at }));
    return [line('any public host', { reason: '`network: any`', ...(rule.at && { at: rule.at }) })];
  });
  const { proxy } = network.egress ?? {};
  return [
    ...granted,
    ...(network.rules.length > 1 ? [line('of these, what every layer grants')] : []),
    ...(proxy ? [line(`through the proxy ${proxy.value}`, { reason: '`egress.proxy`', at: proxy.at })] : []),
  ];
}

/** Of who gives up the reading of messages: else it always stays. */
function launcherLines(plan: Plan): ExplainedLine[] {
  const given = plan.weakened.find(({ ident }) => ident === 'no-guard');
  if (!given) return [];
  const keeping = whatKeepsLauncher(plan);
  if (keeping.length > 0) return keeping.map((because) => line('stays', because));
  return [
    line('is replaced by a small process, where Node.js is 22.15 or newer and the client speaks through pipes', {
      reason: '`unsafe: [no-guard]`',
      at: given.at,
    }),
    line('the memory of all processes together is not watched then, that of each is', { reason: 'without a launcher' }),
    line('what waits for a server that ends is not answered then', { reason: 'without a launcher' }),
  ];
}

function line(what: string, because?: Because): ExplainedLine {
  return because ? { what, because } : { what };
}

function limitLines(limits: Plan['limits']): ExplainedLine[] {
  return LIMIT_NAMES.flatMap((name) => {
    const limit = limits[name];
    return limit ? [line(`${name} ${limitText(name, limit.value)}`, limit.because)] : [];
  });
}

function variable(rule: EnvRule): string {
  if (rule.from === 'client') return `${rule.name} from the client`;
  if (rule.from !== 'secret') return `${rule.name}=${rule.value}`;
  const how = [...(rule.as === 'file' ? ['as a file'] : []), ...(rule.optional ? ['if it is there'] : [])];
  return `${rule.name} from ${[referenceText(rule.reference), ...how].join(', ')}`;
}

function mountText(mount: Mount): string {
  switch (mount.kind) {
    case 'bind':
      return `${mount.mode === 'write' ? 'write' : 'read '} ${mount.path}`;
    case 'state':
      return `keep  ${mount.path}, in ${mount.source}`;
    case 'hidden':
      return `hide  ${mount.path}`;
    case 'absent':
      return `watch ${mount.path}: ${mount.names.join(', ')}`;
    case 'shield':
      return `close ${mount.path} for the time of mounting`;
    case 'link':
      return `link  ${mount.path} → ${mount.to}`;
    case 'text':
      return `read  ${mount.path}`;
    case 'joined':
      return `read  ${mount.path}: ${mount.before} and ${mount.source}`;
    case 'memory':
      return `fresh ${mount.path}, ${limitText('tmp', mount.bytes)}`;
    case 'directory':
      return `fresh ${mount.path}`;
    case 'processes':
    case 'devices':
      return `fresh ${mount.path}`;
  }
}

/** Hosts as a policy writes them. */
function networkJson(network: Plan['network']): object {
  if (network.mode !== 'hosts') return network;
  const rules = network.rules.map((rule) =>
    rule.mode === 'list'
      ? { mode: rule.mode, hosts: rule.hosts.map((host) => ({ host: hostText(host), at: host.at })) }
      : rule,
  );
  return { ...network, rules };
}

/** A plan as `explain --json` publishes it: idents alone for what is weakened and what is not enforced, and no inodes. */
export function planJson(plan: Plan): object {
  const names = (effect: string): string[] =>
    plan.weakened.filter((one) => one.effect === effect).map(({ ident }) => ident);
  return {
    ...plan,
    network: networkJson(plan.network),
    mounts: plan.mounts.map((mount) => {
      if (!('held' in mount)) return mount;
      const { held: _inode, ...shown } = mount;
      return shown;
    }),
    weakened: names('in effect'),
    notEnforced: [...plan.notEnforced, ...names('changes nothing yet').map((ident) => `unsafe:${ident}`)],
  };
}
