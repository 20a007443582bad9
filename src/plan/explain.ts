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
        line(HELD[program.heldBy], program.sha256 === undefined ? undefined : { reason: program.sha256 }),
      ],
    ],
    ['arguments', plan.argv.map((argument, index) => line(JSON.stringify(argument), plan.argvBecause[index]))],
    ['environment', plan.env.map((rule) => line(variable(rule), rule.because))],
    ['directory', [line(plan.cwd.path, plan.cwd.because)]],
    ['files', plan.mounts.map((mount) => line(mountText(mount), mount.because))],
    [
      'network',
      [line(plan.network.mode === 'none' ? 'none' : 'the whole network of the machine', plan.network.because)],
    ],
    ['confinement', [line(CONFINEMENT[plan.confinement.by], plan.confinement.because)]],
    ['account', [line(`${plan.account.name} (${plan.account.uid}:${plan.account.gid})`, plan.account.because)]],
    ['given up', inEffect.map(({ ident, givesUp, at }) => line(`${ident}: ${givesUp}`, { reason: '`unsafe`', at }))],
    [
      'changes nothing yet',
      without.map(({ ident, at }) => line(ident, { reason: '`unsafe`: what it would give up is not built', at })),
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
  limits: 'no limits but the sizes of the directories in memory',
  lock: 'of a script, the file itself is held, not the packages that it loads',
};

const CONFINEMENT: Record<Plan['confinement']['by'], string> = {
  bubblewrap: 'bubblewrap, system calls filtered',
  nothing: 'none',
};

const HELD: Record<Plan['program']['heldBy'], string> = {
  sha256: 'held by its sha256',
  root: 'held by root: nobody else can change it',
  nothing: 'held by nothing: it may change between two starts',
};

function line(what: string, because?: Because): ExplainedLine {
  return because ? { what, because } : { what };
}

function variable(rule: EnvRule): string {
  return rule.from === 'client' ? `${rule.name} from the client` : `${rule.name}=${rule.value}`;
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
    case 'memory':
      return `fresh ${mount.path}, ${mount.bytes / 1024 / 1024} MiB`;
    case 'directory':
      return `fresh ${mount.path}`;
    case 'processes':
    case 'devices':
      return `fresh ${mount.path}`;
  }
}

/** A plan as `explain --json` publishes it: idents alone for what is weakened and what is not enforced, and no inodes. */
export function planJson(plan: Plan): object {
  const names = (effect: string): string[] =>
    plan.weakened.filter((one) => one.effect === effect).map(({ ident }) => ident);
  return {
    ...plan,
    mounts: plan.mounts.map((mount) => {
      if (!('held' in mount)) return mount;
      const { held: _inode, ...shown } = mount;
      return shown;
    }),
    weakened: names('in effect'),
    notEnforced: [...plan.notEnforced, ...names('changes nothing yet').map((ident) => `unsafe:${ident}`)],
  };
}
