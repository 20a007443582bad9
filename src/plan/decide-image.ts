import { allowUnless, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding, type Place } from '../finding/finding.ts';
import type { Layer, Policy, ServerPolicy } from '../policy/policy.ts';
import type { GrantedProgram } from './decide-program.ts';
import type { Entry } from './decide-server.ts';
import type { Filled } from './fill-arguments.ts';
import type { Host } from './host.ts';
import { findUnsafeProgramPath, judgeInterpreter } from './judge-program-file.ts';
import { locateCommand, programPath } from './locate-command.ts';
import { findPlantedLinks } from './planted-link.ts';

export type Tool = 'docker' | 'podman';

/**
 * An image by its digest, and the program that runs it: the one that the entry names, else Podman where it is there, for
 * it needs no service with root's rights.
 *
 * The digest is that of a manifest, by which the engine looks an image up; it lists all that is in it. So nothing is
 * hashed here: who can change what an engine keeps has root's rights, or is the account itself.
 */
export function decideImage(
  { server, layer }: Entry,
  filled: Filled,
  policy: Policy,
  host: Host,
): Decision<GrantedProgram> {
  const { identity, command, sha256 } = server;
  if (identity?.kind !== 'oci') return deny(otherKind(server));
  const unsafePath = findUnsafeProgramPath(layer, host);
  if (unsafePath.length > 0) return deny(...unsafePath);
  const found = TOOLS.filter((tool) => tool === (identity.runtime ?? tool)).flatMap((tool) => {
    const file = locateCommand(tool, layer, host);
    return file ? [{ tool, ...file }] : [];
  })[0];
  if (!found) return deny(missing(identity.runtime, layer, host, command.at));

  const { at } = command;
  const name = `${identity.image}@${identity.digest}`;
  const faults = [
    ...findPlantedLinks(found.path, at, policy, host),
    ...judgeInterpreter(found.path, at, host),
    ...(sha256 ? [heldTwice(server.id, sha256.at)] : []),
  ];
  return allowUnless(faults, {
    program: {
      asked: command.value,
      real: name,
      heldBy: 'digest',
      sha256: identity.digest.slice('sha256:'.length),
      interpreter: { asked: found.tool, real: found.real },
      because: { reason: '`command`', at },
    },
    argv: [name, ...filled.args.map(({ value }) => value)],
    argvBecause: [
      { reason: 'the image; it says itself what runs', at },
      ...filled.args.map(({ at: place }) => ({ reason: '`args`', at: place })),
    ],
    files: [],
  });
}

const TOOLS: readonly Tool[] = ['podman', 'docker'];

function otherKind({ id, command }: ServerPolicy): Finding {
  return refusal(
    'layer-conflict',
    `\`${id}\` is no image here, and one in another policy`,
    'write the same `command` in both, or remove this entry',
    command.at,
  );
}

function missing(runtime: Tool | undefined, layer: Layer, host: Host, at: Place): Finding {
  const searched = programPath(layer, host).join(', ');
  return refusal(
    'program-missing',
    `no program \`${runtime ?? TOOLS.join('` or `')}\` in ${searched}`,
    runtime ? `install it, or write \`command: oci:…\`, which takes either of them` : 'install podman',
    at,
  );
}

function heldTwice(id: string, at: Place): Finding {
  const message = `\`${id}\` is an image, which its digest holds: it has no file to be held by \`sha256\``;
  return refusal('policy-meaningless', message, 'remove `sha256`', at);
}
