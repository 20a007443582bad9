/** What `run` loads where something inside a grant is to be masked: how it is decided, and how it is watched. */
export { maskOptions } from './confine/mask-options.ts';
export { masksHere } from './host/masks-here.ts';
export { watchMasks } from './relay/watch-masks.ts';
