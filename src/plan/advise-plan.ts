import { warning, type Finding } from '../finding/finding.ts';
import type { Host } from './host.ts';
import type { Plan } from './plan.ts';
import { repositoryOf } from './repository.ts';

/** What a careful reader would say of a start that is allowed on this machine. */
export function advisePlan(plan: Plan, host: Host): Finding[] {
  return [...narrowed(plan), ...unpinned(plan, host), ...writableProjects(plan, host)];
}

function narrowed({ narrowed: grants, server }: Plan): Finding[] {
  return grants.map(({ what, at, by }) =>
    warning(
      'narrowed',
      `\`${server}\` does not get \`${what}\`: another policy does not grant it`,
      'remove it here, or ask who keeps the other policy',
      at,
      { message: 'this one does not', place: by },
    ),
  );
}

function unpinned({ server, program }: Plan, host: Host): Finding[] {
  if (program.heldBy !== 'nothing' || !program.because.at) return [];
  const hash = host.sha256(program.real);
  const hint = `add \`sha256: ${hash ?? '…'}\` after a look at the file, and remove \`unlocked\``;
  return [
    warning(
      'program-unpinned',
      `nothing holds \`${program.real}\`, which \`${server}\` runs, to what was reviewed`,
      hint,
      program.because.at,
    ),
  ];
}

/** What a server writes into a repository is run later by who builds, commits or opens it there. */
function writableProjects({ server, mounts }: Plan, host: Host): Finding[] {
  return mounts.flatMap((mount) => {
    if (mount.kind !== 'bind' || mount.mode !== 'write' || !mount.because.at) return [];
    const repository = repositoryOf(mount.path, host);
    if (repository === undefined) return [];
    return [
      warning(
        'project-writable',
        `\`${server}\` can write into the repository ${repository}: build files and scripts there are run later, outside the sandbox`,
        'grant the directories below it that the server works on, or review what it changed before you build',
        mount.because.at,
      ),
    ];
  });
}
