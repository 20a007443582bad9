import { printable } from '../finding/printable.ts';
import { hintFor, type Tried } from '../attack/tried.ts';

/** An attack as version 1 of our documents has it: a member may be added, and none is taken away. */
export interface PublishedAttack {
  readonly id: string;
  /** Completes “a server that …”. */
  readonly does: string;
  readonly verdict: 'held' | 'not held' | 'not applicable';
  /** For people: what stood in the way, what was got, or why it says nothing on this machine. */
  readonly found: string;
  readonly gains: string;
  readonly source: string;
  /** Where it is said that this is not stopped; such an attack does not count. */
  readonly known: string | null;
  /** For people; null where there is nothing to do. */
  readonly hint: string | null;
}

/** An attack and how it went, in the shape that is published. */
export function attackJson(tried: Tried): PublishedAttack {
  const { attack, verdict, found } = tried;
  const { id, does, gains, source, known } = attack;
  return {
    id,
    does,
    verdict,
    found: printable(found),
    gains,
    source,
    known: known ?? null,
    hint: hintFor(tried) ?? null,
  };
}
