// Policies that are made of the examples in the schema: every key once, so that none is without one.
import { stringify } from 'yaml';

/** A policy of one's own, with all that may stand in it. */
export function userExample(schema) {
  const { ceiling: _ceiling, lockdown: _lockdown, ...properties } = schema.properties;
  return exampleText(schema, properties);
}

/** A managed one, with what only it may say. */
export function managedExample(schema) {
  const { version, servers, ceiling, lockdown } = schema.properties;
  const crm = { ...servers, additionalProperties: { examples: ['/opt/acme/bin/crm-mcp'] } };
  return `# /etc/mcp-secure-run/policy.yaml\n${exampleText(schema, { version, servers: crm, ceiling, lockdown })}`;
}

/** What a project's file may say. */
export function projectExample(schema) {
  return `# .mcp-secure-run.yaml\n${exampleText(schema, schema.properties)}`;
}

/** A value as it stands in a policy, on one line. */
export function flow(value) {
  return stringify(value, { collectionStyle: 'flow', flowCollectionPadding: true, lineWidth: 0 })
    .trimEnd()
    .replace(/^\[ (.*) \]$/, '[$1]')
    .replaceAll(/\[ (?=[^ ])/g, '[')
    .replaceAll(/(?<=[^ ]) \]/g, ']');
}

/** What a part of a schema has for an example of its own, or has in the part that it refers to. */
export function exampleOf(schema, node) {
  return node.examples?.[0] ?? (node.$ref && exampleOf(schema, target(schema, node)));
}

export function target(schema, { $ref }) {
  return schema.$defs[$ref.split('/').at(-1)];
}

function exampleText(schema, properties) {
  return lines(schema, properties).join('\n');
}

/** A map's keys, each with its own example, or with those of its keys below it. */
function lines(schema, properties) {
  return Object.entries(properties).flatMap(([key, node]) => {
    const own = exampleOf(schema, node);
    if (own !== undefined) return [`${key}: ${flow(own)}`];
    const inner = mapOf(schema, node);
    return inner ? [`${key}:`, ...lines(schema, inner).map((line) => `  ${line}`)] : [];
  });
}

/** The keys of a map that a part of a schema may be: those it has, or `crm` where they are names that people choose. */
function mapOf(schema, node) {
  if (node.$ref) return mapOf(schema, target(schema, node));
  if (node.properties) return node.properties;
  if (node.propertyNames) return { [exampleOf(schema, node.propertyNames) ?? 'crm']: node.additionalProperties };
  return node.anyOf?.map((form) => mapOf(schema, form)).find((form) => form !== undefined);
}
