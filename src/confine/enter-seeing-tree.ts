import { HELPER_ENTERS, type Enter } from './enter.ts';

/**
 * The same way in, which looks at the package on the way: JavaScript would take longer for the files of one than for
 * all else that a start does. The shell does not look, and says nothing of it.
 */
export function enterSeeingTree(enter: Enter): Enter {
  return (plan, pass) => {
    const { locked, real, sha256 } = plan.program;
    const words = enter(plan, pass);
    const [file = '', part = '', ...rest] = words;
    if (part !== HELPER_ENTERS || !locked || sha256 === undefined) return words;
    const { tree, manifest, stats } = locked;
    const list = pass({ kind: 'own', path: `${tree.slice(0, tree.lastIndexOf('/'))}/manifest` });
    const seen = pass({ kind: 'own', path: stats });
    return [file, part, 'tree', tree, list, manifest, seen, real.slice(tree.length + 1), sha256, ...rest];
  };
}
