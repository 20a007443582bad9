export type Shell = 'bash' | 'zsh' | 'fish';

export interface Verb {
  readonly name: string;
  readonly description: string;
  readonly options: readonly string[];
  /** Whether its first word is a server of the policy. */
  readonly takesServer: boolean;
}

/** A script that completes verbs, options and the servers of the policy. It names the command, never a path. */
export function completionScript(of: Shell, verbs: readonly Verb[]): string {
  return { bash, zsh, fish }[of](verbs);
}

const SERVERS = 'mcp-secure-run completion servers 2>/dev/null';

function bash(verbs: readonly Verb[]): string {
  const cases = verbs.map(
    ({ name, options, takesServer }) =>
      `    ${name}) words="${options.join(' ')}${takesServer ? ` $(${SERVERS})` : ''}" ;;`,
  );
  return `# mcp-secure-run completion bash > ~/.local/share/bash-completion/completions/mcp-secure-run
_mcp_secure_run() {
  local words="${verbs.map(({ name }) => name).join(' ')}"
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  [ "$COMP_CWORD" -gt 1 ] || words="${verbs.map(({ name }) => name).join(' ')}"
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _mcp_secure_run mcp-secure-run msr
`;
}

function zsh(verbs: readonly Verb[]): string {
  const cases = verbs.map(
    ({ name, options, takesServer }) =>
      `    ${name}) compadd -- ${options.join(' ')}${takesServer ? ` $(${SERVERS})` : ''}; _files ;;`,
  );
  return `#compdef mcp-secure-run msr
# mcp-secure-run completion zsh > a directory of $fpath, as _mcp-secure-run
_mcp_secure_run() {
  if (( CURRENT == 2 )); then
    compadd -- ${verbs.map(({ name }) => name).join(' ')}
    return
  fi
  case "$words[2]" in
${cases.join('\n')}
  esac
}
_mcp_secure_run "$@"
`;
}

function fish(verbs: readonly Verb[]): string {
  const lines = verbs.flatMap(({ name, description, options, takesServer }) => [
    `complete -c $command -f -n __fish_use_subcommand -a ${name} -d '${description.replaceAll("'", '’')}'`,
    ...options.map((option) => `complete -c $command -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}`),
    ...(takesServer ? [`complete -c $command -f -n '__fish_seen_subcommand_from ${name}' -a '(${SERVERS})'`] : []),
  ]);
  return `# mcp-secure-run completion fish > ~/.config/fish/completions/mcp-secure-run.fish
for command in mcp-secure-run msr
${lines.map((line) => `  ${line}`).join('\n')}
end
`;
}
