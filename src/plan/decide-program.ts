import { allow, allowUnless, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding, type Place } from '../finding/finding.ts';
import { isSlot, type Layer, type Placed, type Policy } from '../policy/policy.ts';
import type { Entry } from './decide-server.ts';
import type { Filled } from './fill-arguments.ts';
import { decidePin } from './decide-pin.ts';
import type { Host } from './host.ts';
import { interpreterAt, interpreterFiles } from './interpreter.ts';
import { findUnsafeProgramPath, judgeFile, judgeInterpreter } from './judge-program-file.ts';
import { locateCommand, programPath, type Located } from './locate-command.ts';
import type { Because, Plan, Program } from './plan.ts';
import type { Engines } from './matching.ts';
import { findPlantedLinks } from './planted-link.ts';
import { noRunner, readShebang } from './shebang.ts';

export interface GrantedProgram {
  readonly program: Program;
  readonly argv: Plan['argv'];
  readonly argvBecause: Plan['argvBecause'];
  /** Files that it needs beside what every server sees. */
  readonly files: readonly { readonly path: string; readonly reason: string }[];
}

/** Which file runs, with what in front of it, and whether it is the one that was reviewed. */
export function decideProgram(
  entry: Entry,
  filled: Filled,
  policy: Policy,
  host: Host,
  engines: Engines,
): Decision<GrantedProgram> {
  const { server, layer } = entry;
  const unsafePath = findUnsafeProgramPath(layer, host);
  if (unsafePath.length > 0) return deny(...unsafePath);

  const { identity } = server;
  if (identity && identity.kind !== 'oci') return engines.locked(entry, identity, filled, policy, host);
  const found = locateCommand(server.command.value, layer, host);
  if (!found) return deny(missing(server.command, layer, host));

  const planted = findPlantedLinks(found.path, server.command.at, policy, host);
  if (planted.length > 0) return deny(...planted);

  return interpreterAt(found.real)
    ? decideInterpreted(entry, filled, found, policy, host, engines)
    : decideDirect(entry, filled, found, policy, host, engines);
}

/** `command: node, args: [/srv/server.js, …]`: the program is the script. */
function decideInterpreted(
  entry: Entry,
  filled: Filled,
  { path: asked, real }: Located,
  policy: Policy,
  host: Host,
  engines: Engines,
): Decision<GrantedProgram> {
  const { server } = entry;
  const [script, ...args] = filled.args;
  const venv = findVenv(asked, real, server.command.at, host);
  if (venv) return deny(venv);
  const slot = server.args.find(isSlot);
  if (slot && slot === server.args[0]) return deny(openProgram(server.command, slot.at));
  if (!script?.value.startsWith('/')) return deny(notAScript(server.command, script));

  const program = host.real(script.value);
  if (program === undefined) return deny(missingFile(script));

  const judged = [
    ...findPlantedLinks(script.value, script.at, policy, host),
    ...judgeFile(program, script.at, host, 'read'),
    ...judgeInterpreter(asked, server.command.at, host),
  ];
  const pinned = decidePin(entry, { asked: script, path: script.value, real: program }, policy, host, engines);
  if (!pinned.allowed) return deny(...judged, ...pinned.findings);
  return allowUnless(judged, {
    program: {
      asked: script.value,
      real: program,
      ...pinned.granted,
      interpreter: { asked: server.command.value, real },
      because: { reason: `the first argument of \`${server.command.value}\` is the program`, at: script.at },
    },
    argv: [real, program, ...args.map(({ value }) => value)],
    argvBecause: [INTERPRETER, { reason: 'the program', at: script.at }, ...args.map(causeOf)],
    files: [...interpreterFiles(real, host), { path: program, reason: 'the program' }],
  });
}

/** An absolute path or a name: a binary, or a script whose first line names what runs it. */
function decideDirect(
  entry: Entry,
  filled: Filled,
  found: Located,
  policy: Policy,
  host: Host,
  engines: Engines,
): Decision<GrantedProgram> {
  const { server, layer } = entry;
  const { real } = found;
  const { at } = server.command;
  const judged = judgeFile(real, at, host, 'execute');
  if (judged.length > 0) return deny(...judged);

  const shebang = readShebang(host.head(real) ?? '', real, at);
  if (!shebang.allowed) return shebang;
  const pinned = decidePin(entry, { asked: server.command, ...found }, policy, host, engines);
  if (!pinned.allowed) return pinned;

  const args = filled.args.map(({ value }) => value);
  const because = [{ reason: 'the program', at }, ...filled.args.map(causeOf)];
  const program: Program = {
    asked: server.command.value,
    real,
    ...pinned.granted,
    because: { reason: '`command`', at },
  };
  const files = [{ path: real, reason: 'the program' }];
  if (!shebang.granted) return allow({ program, argv: [real, ...args], argvBecause: because, files });

  const { interpreter: asked, argument } = shebang.granted;
  const runner = locateCommand(asked, layer, host);
  if (!runner) return deny(noRunner(real, asked, at));
  const venv = findVenv(runner.path, runner.real, at, host);
  const faults = [
    ...(venv ? [venv] : []),
    ...findPlantedLinks(runner.path, at, policy, host),
    ...judgeInterpreter(runner.path, at, host),
  ];
  return allowUnless(faults, {
    program: { ...program, interpreter: { asked, real: runner.real } },
    argv: [runner.real, ...(argument === undefined ? [] : [argument]), real, ...args],
    argvBecause: [INTERPRETER, ...(argument === undefined ? [] : [SHEBANG]), ...because],
    files: [...interpreterFiles(runner.real, host), ...files],
  });
}

const INTERPRETER: Because = { reason: 'the interpreter' };
const SHEBANG: Because = { reason: 'the first line of the program' };

function causeOf({ at }: Placed<string>): Because {
  return { reason: '`args`', at };
}

/** A virtual environment is found by the path that Python was called by, and we call it by its real one. */
function findVenv(asked: string, real: string, at: Place, host: Host): Finding | undefined {
  const home = asked.slice(0, asked.lastIndexOf('/bin/'));
  if (asked === real || !asked.includes('/bin/') || !host.file(`${home}/pyvenv.cfg`)) return undefined;
  return refusal(
    'interpreter-venv',
    `\`${asked}\` belongs to a virtual environment, which it would lose here: programs are started by their real path`,
    `write \`command: ${real}\`, and the packages by \`env: { … }\` or a start script of yours`,
    at,
  );
}

function notAScript(command: Placed<string>, script: Placed<string> | undefined): Finding {
  const name = `\`${command.value}\``;
  if (script?.value.startsWith('-')) {
    return refusal(
      'interpreter-option',
      `\`${script.value}\` is an option of ${name}, and could make it run anything`,
      `the first argument of ${name} is the program: its absolute path`,
      script.at,
    );
  }
  const what = script
    ? `\`${script.value}\` is not an absolute path`
    : `${name} runs whatever it is given, and is given nothing`;
  return refusal(
    'interpreter-script',
    what,
    `write the program's absolute path as the first of \`args\``,
    script?.at ?? command.at,
  );
}

function openProgram(command: Placed<string>, at: Place): Finding {
  return refusal(
    'interpreter-script',
    `what \`${command.value}\` runs would be chosen by who starts it`,
    'write the program’s absolute path as the first of `args`, and slots after it',
    at,
  );
}

function missing(command: Placed<string>, layer: Layer, host: Host): Finding {
  if (command.value.startsWith('/')) return missingFile(command);
  const searched = programPath(layer, host).join(', ');
  return refusal(
    'program-missing',
    `no program \`${command.value}\` in ${searched}`,
    `install it there, write its absolute path, or add its directory to \`programPath\``,
    command.at,
  );
}

function missingFile({ value, at }: Placed<string>): Finding {
  return refusal('program-missing', `\`${value}\` is not there`, 'install it, or correct the path', at);
}
