/** docs/attacks.md: every attack of `doctor --attack`, with what it would gain and where it is known from. */
export function attacksPage(attacks) {
  const rows = attacks.map(({ id, does, gains, source, known }) =>
    [`\`${id}\``, known === undefined ? does : `${does} (not stopped: ${known})`, gains, source].map(cell).join(' | '),
  );
  return `<!-- Made by scripts/generate.js of the attacks in src/attack; \`npm run generate\` -->

# Attacks

What \`mcp-secure-run doctor --attack\` tries, for real, in a sandbox that is built by the way of \`run\`: a program of ours takes the place of a server, under the account that servers have. Each attack is made twice, and says something only where it succeeds without the sandbox: \`held\`, \`not held\`, or \`not applicable\`, with the reason. What it is after is laid out for it; of what is yours it looks whether it is there, and whether it opens for writing, and reads and changes nothing.

| id | a server that … | would have | known from |
| --- | --- | --- | --- |
${rows.map((row) => `| ${row} |`).join('\n')}
`;
}

function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
