import fc from 'fast-check';
import { Document, isCollection, isScalar, visit } from 'yaml';

/** A way to write a value as YAML: which parts in flow style, in which quotes, with which notes between them. */
export function layout(): fc.Arbitrary<(value: unknown) => string> {
  return fc
    .record({
      choices: fc.array(fc.nat({ max: 11 }), { minLength: 1, maxLength: 40 }),
      indent: fc.integer({ min: 1, max: 6 }),
      end: fc.constantFrom('\n', '\r\n'),
      isJson: fc.boolean(),
    })
    .map(({ choices, indent, end, isJson }) => (value: unknown) => {
      if (isJson) return JSON.stringify(value, null, indent);
      let next = 0;
      const choose = (): number => choices[next++ % choices.length] ?? 0;
      const document = new Document(value);
      visit(document, (_key, node) => {
        if (isCollection(node)) node.flow = choose() > 6;
        if (isScalar(node) && typeof node.value === 'string')
          node.type = (['PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE'] as const)[choose() % 3] ?? 'PLAIN';
      });
      if (choose() > 8) document.commentBefore = ' a note\n servers: {}';
      return document.toString({ indent, lineWidth: choose() > 6 ? 0 : 40, minContentWidth: 0 }).replaceAll('\n', end);
    });
}
