// docs/policy.md: what the schema says of each key, in tables. Nothing is known here that the schema could say; which
// keys are not enforced yet, the policy's own reader is asked.
import { exampleOf, flow, managedExample, projectExample, target, userExample } from './example-policy.js';
import { findPostponed } from './postponed-keys.js';

/** The page. `compileLayer` is the reader's. */
export async function policyPage(schema, project, compileLayer) {
  const postponed = await findPostponed(schema, compileLayer);
  const shown = new Set();
  const page = new Page(schema, postponed, shown);
  const text = `<!-- Made by scripts/generate.js of the descriptions in src/policy-text/schema*.ts; \`npm run generate\` -->

# The policy

YAML, or JSON, read strictly: a key that nobody knows, a key twice, an alias, a tag, a merge key are errors with file, line and column. Nothing is allowed that no key allows. \`mcp-secure-run check\` finds mistakes, \`mcp-secure-run explain SERVER\` shows what would be started and the line behind each part. [policy.schema.json](../schema/policy.schema.json) tells an editor; [recipes](recipes) are policies to copy.

\`\`\`yaml
# yaml-language-server: $schema=../schema/policy.schema.json
${userExample(schema)}
\`\`\`

## Not enforced yet

What a policy asks for and this version does not do is refused, not ignored: \`run\` does not start the server ([not-enforced-yet](findings/not-enforced-yet.md), exit code 125), and \`check\` warns. So it is with ${postponed.all.map(code).join(', ')}. In the tables these are marked ${MARK}, and what those say under *when absent* is how it will be: until then messages pass unread and nothing is recorded. \`explain\` says so of each server.

## The whole

${page.table(schema.properties, '')}

Where they come from, strongest first:

| layer | where | what it can do |
|---|---|---|
| managed | \`/etc/mcp-secure-run/policy.yaml\` and \`policy.d/*.yaml\` beside it, root’s | all, and bind the others by \`ceiling\` and \`lockdown\` |
| user | \`~/.config/mcp-secure-run/policy.yaml\`, or \`--policy FILE\` in its place | all but \`ceiling\` and \`lockdown\` |
| project | \`.mcp-secure-run.yaml\`, once \`mcp-secure-run trust\` has seen its content | narrow |

Layers are asked, not merged: what is started, granted or forwarded must be allowed by each that names the server, and of what a user’s layer grants beyond the managed one \`explain\` says that it is narrowed, with both places. Files of one layer are one policy; what two of them say of one thing is an error.

${page.section('ServerId')}
${page.section('Server')}
${page.section('Files')}
${page.section('Limits')}
${page.section('Row')}
${page.section('Secret')}
${page.section('Client')}
${page.section('Examples')}
${page.section('Unsafe')}
${page.section('Matcher')}
${page.section('Slot')}
## Values

${page.values()}

${page.section('Defaults')}
${page.section('Egress')}
${page.section('Audit')}
${page.section('Ceiling')}
\`\`\`yaml
${managedExample(schema)}
\`\`\`

## A project’s file

It narrows what the policy grants to the servers of the same id, and can say no more than this; [project.schema.json](../schema/project.schema.json) is its schema. None of it is enforced yet.

\`\`\`yaml
${projectExample(project)}
\`\`\`
`;
  const missing = Object.keys(schema.$defs).filter((name) => !shown.has(name));
  if (missing.length > 0) throw new Error(`docs/policy.md does not show ${missing.join(', ')}`);
  return text.replaceAll(/\n{3,}/g, '\n\n');
}

const MARK = '◌';

class Page {
  #schema;
  #postponed;
  #shown;

  constructor(schema, postponed, shown) {
    this.#schema = schema;
    this.#postponed = postponed;
    this.#shown = shown;
  }

  section(name) {
    this.#shown.add(name);
    const part = this.#schema.$defs[name];
    const body = name === 'Defaults' ? this.#sharedKeys(part) : this.#bodyOf(name, part);
    const mark = this.#postponed.isWhole(name) ? ` ${MARK} Not enforced yet.` : '';
    return `## ${title(name)}\n\n${part.description}${mark}\n\n${body}\n`;
  }

  #bodyOf(name, part) {
    if (part.properties) return this.table(part.properties, name, part.required);
    return part.oneOf ? choices(part) : `For example ${code(part.examples[0])}.`;
  }

  /** The keys are a server's own: what they mean is said there. */
  #sharedKeys({ properties }) {
    return `Of a [server](#server)’s keys: ${Object.keys(properties).map(code).join(', ')}.`;
  }

  /** A row for each key. What a column has for no key is left out. */
  table(properties, owner, required = this.#schema.required) {
    const rows = Object.entries(properties).map(([key, node]) => {
      const [what, absent = ''] = (node.description ?? '').split(' Without it: ');
      const mark = this.#postponed.has(owner, key) ? ` ${MARK}` : '';
      const example = exampleOf(this.#schema, node);
      return {
        key: `${code(key)}${mark}`,
        'what it says': what,
        value: this.#formOf(node),
        'when absent': required?.includes(key) ? 'required' : withoutStop(absent),
        'for example': example === undefined ? '' : code(flow(example)),
      };
    });
    return tableOf(rows);
  }

  values() {
    const named = Object.entries(this.#schema.$defs).filter(([name, part]) => !this.#shown.has(name) && isValue(part));
    for (const [name] of named) this.#shown.add(name);
    return tableOf(
      named.map(([name, part]) => ({
        value: `<a id="${anchor(name)}"></a>${words(name)}`,
        'what it is': part.description,
        'for example': part.examples.map((one) => code(flow(one))).join(', '),
      })),
    );
  }

  /** What may stand there, as one reads it. */
  #formOf(node) {
    if (node.$ref) return this.#link(node);
    if (node.const !== undefined) return code(node.const);
    if (node.enum) return listed(node.enum.map(code));
    if (node.anyOf) return listed(node.anyOf.map((form) => this.#formOf(form)));
    if (node.prefixItems) return `\`[${node.prefixItems.map(() => 'N').join(', ')}]\``;
    if (node.type === 'array') return `list of: ${this.#formOf(node.items)}`;
    if (node.propertyNames)
      return `map: ${this.#formOf(node.propertyNames)} to ${this.#formOf(node.additionalProperties)}`;
    if (node.type === 'object') return `map of ${Object.keys(node.properties).map(code).join(', ')}`;
    return listed([node.type ?? []].flat().map((type) => KINDS[type]));
  }

  #link(node) {
    const name = node.$ref.split('/').at(-1);
    const kind = target(this.#schema, node).properties && name !== 'Slot' && name !== 'Matcher' ? 'map: ' : '';
    return `${kind}[${words(name)}](#${anchor(name)})`;
  }
}

const KINDS = {
  string: 'text',
  number: 'number',
  integer: 'whole number',
  boolean: '`true`, `false`',
};

function choices({ oneOf }) {
  return tableOf(oneOf.map(({ const: name, description }) => ({ name: code(name), 'what it does': description })));
}

function tableOf(rows) {
  const columns = Object.keys(rows[0]).filter((column) => rows.some((row) => row[column] !== ''));
  return [
    line(columns),
    `|${'---|'.repeat(columns.length)}`,
    ...rows.map((row) => line(columns.map((column) => row[column]))),
  ].join('\n');
}

function line(cells) {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function isValue({ properties, oneOf }) {
  return properties === undefined && oneOf === undefined;
}

function withoutStop(sentence) {
  return sentence.replace(/\.$/, '');
}

function code(value) {
  return `\`${value}\``;
}

function listed(forms) {
  return [...new Set(forms)].join(', or ').replaceAll('`, or `', '`, `');
}

/** `HostPattern` → `host pattern` */
function words(name) {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}

function title(name) {
  return words(name).replace(/^./, (letter) => letter.toUpperCase());
}

function anchor(name) {
  return words(name).replaceAll(' ', '-');
}
