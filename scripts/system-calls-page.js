/** docs/system-calls.md: every rule of the filter, with its reason and where it comes from. */
export function systemCallsPage(rules) {
  const rows = rules.map((rule) => [rule.what, rule.reason, rule.source].map(cell).join(' | '));
  return `<!-- Made by scripts/generate.js of the rules in src/confine/seccomp; \`npm run generate\` -->

# System calls

What a confined server asks of the kernel in vain. All else is allowed: what it may reach is decided by what the sandbox shows it; this filter guards the kernel, and that sandbox. \`unsafe: [own-sandbox]\` lifts what is said of namespaces and mounts.

| what | why | source |
| --- | --- | --- |
${rows.map((row) => `| ${row} |`).join('\n')}
`;
}

function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
