import { failedAttempts } from './attempts.ts';
import type { Container, Machine } from './machine.ts';

/**
 * What to start a container with, so that a sandbox can be built inside: what stood in the way when it was tried, and no
 * more; where nothing could be tried, all that would.
 */
export function containerFix(container: Container, machine: Pick<Machine, 'appArmor' | 'attempts'>): string {
  const { engine } = container;
  const parts = partsInTheWay(container, machine);
  if (parts.length === 0) return OUTSIDE;
  const words =
    engine === 'kubernetes'
      ? `set \`securityContext: { ${parts.map((part) => CONTEXT[part]).join(', ')} }\` of the container`
      : `start it with \`${engine} run ${parts.map((part) => `--security-opt ${OPTION[engine][part]}`).join(' ')} …\``;
  return `${words}, or ${OUTSIDE}`;
}

const OUTSIDE = 'run the servers on the host';

type Part = 'filter' | 'appArmor' | 'masks';

function partsInTheWay(
  { hasFilter, masks }: Container,
  machine: Pick<Machine, 'appArmor' | 'attempts'>,
): readonly Part[] {
  const failed = failedAttempts(machine);
  const isUntried = machine.attempts === undefined;
  return [
    ...(hasFilter && (isUntried || failed.some(({ made }) => made !== 'proc')) ? (['filter'] as const) : []),
    ...(machine.appArmor.label !== undefined ? (['appArmor'] as const) : []),
    ...(masks.length > 0 && (isUntried || failed.some(({ made }) => made === 'proc')) ? (['masks'] as const) : []),
  ];
}

const COMMON = { filter: 'seccomp=unconfined', appArmor: 'apparmor=unconfined' };
/** docker-run(1) knows `systempaths`, podman-run(1) `unmask`. */
const OPTION: Readonly<Record<'docker' | 'podman', Readonly<Record<Part, string>>>> = {
  docker: { ...COMMON, masks: 'systempaths=unconfined' },
  podman: { ...COMMON, masks: 'unmask=ALL' },
};
const CONTEXT: Readonly<Record<Part, string>> = {
  filter: 'seccompProfile: { type: Unconfined }',
  appArmor: 'appArmorProfile: { type: Unconfined }',
  masks: 'procMount: Unmasked',
};
