/** What `run` loads where it injects secrets: they are masked wherever they come back. Masks over files are in `masks.ts`. */
export { compileMask } from './mask/compile-mask.ts';
export { MIN_SECRET_BYTES } from './mask/written-forms.ts';
