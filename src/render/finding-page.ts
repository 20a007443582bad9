import type { Ident } from '../finding/ident.ts';

/** Where a finding is explained, from the root of this package. */
export function findingPage(ident: Ident): string {
  return `docs/findings/${ident}.md`;
}
