/**
 * Whether a variable makes a loader, an interpreter or a tool run code, trust a server or send traffic of its choosing.
 * Such a name in a policy undoes what the policy says about the program.
 *
 * Names are compared without case: npm reads `NPM_CONFIG_CALL` like `npm_config_call`, and curl `HTTP_PROXY` like
 * `http_proxy`. Sources: ld.so(8), node(1), python(1), bash(1), git(1), npm's config documentation, perlrun(1), ruby(1),
 * the JDK's and .NET's runtime configuration pages, openssl-env(7).
 */
export function isLoaderVariable(name: string): boolean {
  const upper = name.toUpperCase();
  return NAMES.has(upper) || PREFIXES.some((prefix) => upper.startsWith(prefix));
}

const PREFIXES = [
  'LD_',
  'DYLD_',
  'NPM_CONFIG_',
  'PNPM_CONFIG_',
  'YARN_',
  'BUN_',
  'DENO_',
  'UV_',
  'PIP_',
  'BASH_FUNC_',
  'GIT_CONFIG',
  'CORECLR_',
  'COR_',
  'DOTNET_STARTUP',
  'MCP_SECURE_RUN_',
];

const NAMES = new Set([
  // the C library
  'GLIBC_TUNABLES', 'GCONV_PATH', 'LOCPATH', 'NLSPATH', 'RES_OPTIONS', 'HOSTALIASES', 'LOCALDOMAIN', 'MALLOC_TRACE',
  // Node.js
  'NODE_OPTIONS', 'NODE_PATH', 'NODE_REPL_EXTERNAL_MODULE', 'NODE_V8_COVERAGE', 'NODE_REDIRECT_WARNINGS', 'NODE_CHANNEL_FD',
  'NODE_ICU_DATA', 'NODE_COMPILE_CACHE', 'NODE_TLS_REJECT_UNAUTHORIZED', 'NODE_EXTRA_CA_CERTS', 'NODE_USE_ENV_PROXY',
  'ELECTRON_RUN_AS_NODE',
  // Python
  'PYTHONPATH', 'PYTHONHOME', 'PYTHONSTARTUP', 'PYTHONUSERBASE', 'PYTHONBREAKPOINT', 'PYTHONEXECUTABLE', 'PYTHONINSPECT',
  'PYTHONPLATLIBDIR', 'PYTHONPYCACHEPREFIX', 'PYTHONWARNINGS', 'VIRTUAL_ENV',
  // shells
  'BASH_ENV', 'ENV', 'SHELLOPTS', 'BASHOPTS', 'PS4', 'PROMPT_COMMAND', 'IFS', 'CDPATH', 'ZDOTDIR', 'FPATH',
  // git, ssh and pagers
  'GIT_SSH', 'GIT_SSH_COMMAND', 'GIT_EXTERNAL_DIFF', 'GIT_ASKPASS', 'GIT_PAGER', 'GIT_EDITOR', 'GIT_SEQUENCE_EDITOR',
  'GIT_EXEC_PATH', 'GIT_TEMPLATE_DIR', 'GIT_PROXY_COMMAND', 'GIT_DIR', 'GIT_WORK_TREE', 'GIT_SSL_NO_VERIFY', 'GIT_SSL_CAINFO',
  'SSH_ASKPASS', 'PAGER', 'EDITOR', 'VISUAL', 'BROWSER', 'LESSOPEN', 'LESSCLOSE', 'MANPAGER', 'SHELL',
  // other languages
  'JAVA_TOOL_OPTIONS', '_JAVA_OPTIONS', 'JDK_JAVA_OPTIONS', 'CLASSPATH', 'DOTNET_ADDITIONAL_DEPS', 'DOTNET_SHARED_STORE',
  'RUBYOPT', 'RUBYLIB', 'GEM_HOME', 'GEM_PATH', 'BUNDLE_GEMFILE', 'PERL5OPT', 'PERL5LIB', 'PERLLIB', 'PERL5DB', 'PHPRC',
  'PHP_INI_SCAN_DIR', 'LUA_INIT', 'LUA_PATH', 'LUA_CPATH', 'ERL_AFLAGS', 'ERL_FLAGS', 'ERL_LIBS', 'R_PROFILE', 'R_ENVIRON',
  'R_PROFILE_USER', 'R_ENVIRON_USER', 'JULIA_LOAD_PATH', 'GUILE_LOAD_PATH', 'TCLLIBPATH',
  // whom to trust, and by which way
  'SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'AWS_CA_BUNDLE', 'OPENSSL_CONF',
  'OPENSSL_ENGINES', 'OPENSSL_MODULES', 'SSLKEYLOGFILE', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'FTP_PROXY', 'NO_PROXY',
]);
