/** What was asked, from argv alone: nothing is looked up. */
export type Request =
  | { readonly kind: 'server'; readonly id: string; readonly args: readonly string[] }
  | { readonly kind: 'command'; readonly command: string; readonly args: readonly string[] };
