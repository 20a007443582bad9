/** What makes a policy's text into a layer, and keeps that for the next start: loaded only where a policy is new. */
export { compileLayer, parseProject } from './policy-text/compile.ts';
export { keepCompiled } from './state/keep-compiled.ts';
