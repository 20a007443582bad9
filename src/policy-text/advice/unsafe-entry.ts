import { warning, type Finding } from '../../finding/finding.ts';
import { GIVES_UP } from '../../policy/gives-up.ts';
import type { ParsedLayer } from '../parse-policy.ts';

/** What is given up, so that a review sees it. */
export function adviseUnsafe({ layer }: ParsedLayer): Finding[] {
  return layer.servers.flatMap(({ id, unsafe }) =>
    unsafe.map(({ value, at }) =>
      warning(
        'unsafe-entry',
        `\`${id}\` gives up ${GIVES_UP[value]}`,
        `remove \`${value}\` if the server can do without; \`mcp-secure-run explain ${id}\` shows what it changes`,
        at,
      ),
    ),
  );
}
