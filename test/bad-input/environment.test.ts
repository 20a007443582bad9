import { describe, expect, test } from 'vitest';
import { entry, Trap } from '../kit/trap.ts';

/**
 * Variables that make a loader, an interpreter or a tool run code, trust a server or send traffic elsewhere, each
 * written as its program documents it.
 */
const LOADER_VARIABLES = [
  ...[
    'LD_PRELOAD',
    'LD_AUDIT',
    'LD_LIBRARY_PATH',
    'LD_ANYTHING',
    'GLIBC_TUNABLES',
    'GCONV_PATH',
    'DYLD_INSERT_LIBRARIES',
  ],
  ...['NODE_OPTIONS', 'NODE_PATH', 'NODE_REPL_EXTERNAL_MODULE', 'NODE_V8_COVERAGE', 'NODE_REDIRECT_WARNINGS'],
  ...['NODE_TLS_REJECT_UNAUTHORIZED', 'NODE_EXTRA_CA_CERTS', 'NODE_COMPILE_CACHE'],
  ...['npm_config_call', 'npm_config_script_shell', 'npm_config_userconfig', 'npm_config_globalconfig'],
  ...['npm_config_node_options', 'npm_config_registry', 'npm_config_prefix', 'NPM_CONFIG_REGISTRY'],
  ...['PYTHONPATH', 'PYTHONHOME', 'PYTHONSTARTUP', 'PYTHONUSERBASE', 'PYTHONBREAKPOINT', 'PYTHONINSPECT'],
  ...['PIP_INDEX_URL', 'UV_INDEX_URL', 'UV_PYTHON', 'VIRTUAL_ENV'],
  ...['BASH_ENV', 'ENV', 'SHELLOPTS', 'BASHOPTS', 'PS4', 'PROMPT_COMMAND', 'IFS', 'CDPATH', 'ZDOTDIR'],
  ...['GIT_SSH_COMMAND', 'GIT_SSH', 'GIT_CONFIG_COUNT', 'GIT_CONFIG_KEY_0', 'GIT_CONFIG_VALUE_0', 'GIT_CONFIG_GLOBAL'],
  ...['GIT_EXTERNAL_DIFF', 'GIT_ASKPASS', 'GIT_PAGER', 'GIT_EXEC_PATH', 'GIT_TEMPLATE_DIR', 'SSH_ASKPASS'],
  ...[
    'JAVA_TOOL_OPTIONS',
    '_JAVA_OPTIONS',
    'JDK_JAVA_OPTIONS',
    'CLASSPATH',
    'DOTNET_STARTUP_HOOKS',
    'CORECLR_PROFILER',
  ],
  ...[
    'RUBYOPT',
    'RUBYLIB',
    'GEM_PATH',
    'PERL5OPT',
    'PERL5LIB',
    'PHPRC',
    'PHP_INI_SCAN_DIR',
    'LUA_INIT',
    'LUA_INIT_5_4',
  ],
  ...[
    'LUA_PATH',
    'LUA_CPATH_5_4',
    'ERL_AFLAGS',
    'ERL_ZFLAGS',
    'R_PROFILE',
    'R_LIBS',
    'JULIA_LOAD_PATH',
    'JULIA_DEPOT_PATH',
  ],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'OPENSSL_CONF', 'SSLKEYLOGFILE'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'],
  ...['EDITOR', 'VISUAL', 'PAGER', 'BROWSER', 'LESSOPEN', 'MCP_SECURE_RUN_HOME'],
];

const IN_ANY_CASE = [
  'ld_preload',
  'Node_Options',
  'NPM_config_CALL',
  'pythonPath',
  'bash_env',
  'Git_Ssh_Command',
  'No_Proxy',
];

describe('a variable that loads code', () => {
  test.each([
    ['`env`', (name: string) => `    env: { ${name}: x }`, '7:12'],
    ['`pass`', (name: string) => `    pass: [${name}]`, '7:12'],
    ['`pass`, where it may be missing,', (name: string) => `    pass: ["${name}?"]`, '7:12'],
  ])('is refused in %s, where it stands', async (_key, line, at) => {
    for (const name of ['LD_PRELOAD', 'npm_config_call', 'PythonPath']) {
      const { is, stderr } = await new Trap(entry(line(name))).outcome(['run', 'trap'], { env: { [name]: 'x' } });
      expect(is).toBe(`126 env-loader at ${at}`);
      expect(stderr).toContain(`\`${name}\` can make a program load other code`);
      expect(stderr).toContain('`unsafe: [loader-variables]`');
    }
  });

  test.each([
    ['as it is documented', LOADER_VARIABLES],
    ['in another case', IN_ANY_CASE],
  ])('is refused under every name, %s', async (_title, names) => {
    const lines = names.map((name) => `      ${name}: x`);
    const { is, stderr } = await new Trap(entry('    env:', ...lines)).outcome();
    expect(refusedIn(stderr)).toEqual(names);
    expect(is).toMatch(/^126 env-loader/);
  });

  test('is refused under every name in `pass`', async () => {
    const { stderr } = await new Trap(
      entry('    pass:', ...LOADER_VARIABLES.map((name) => `      - ${name}?`)),
    ).outcome();
    expect(refusedIn(stderr)).toEqual(LOADER_VARIABLES);
  });

  test('passes where the policy gives up the ban, and the launcher says so', async () => {
    const { is, stderr } = await new Trap(
      entry('    env: { NODE_OPTIONS: "" }', '    unsafe: [loader-variables]'),
    ).outcome();
    expect(is).toBe('started, 0');
    expect(stderr).toContain('the ban on variables that load code (`loader-variables`)');
  });

  test.each(['TZ', 'NODE_ENV', 'DEBUG', 'GITHUB_TOKEN', 'PYTHONUNBUFFERED', 'LANGUAGE', 'ENVIRONMENT', 'LDAP_URL'])(
    'is not `%s`',
    async (name) => {
      expect((await new Trap(entry(`    env: { ${name}: x }`)).outcome()).is).toBe('started, 0');
    },
  );
});

function refusedIn(stderr: string): string[] {
  return [...stderr.matchAll(/error\[env-loader\]: `([^`]+)`/g)].map((match) => match[1] ?? '');
}

describe('a variable', () => {
  test.each([
    ...['PATH', 'HOME', 'TMPDIR', 'USER', 'LOGNAME', 'PWD'].flatMap((name) => [
      [`that is ours, \`${name}\`, in \`env\``, `    env: { ${name}: /x }`, '126 env-reserved at 7:12'],
      [`that is ours, \`${name}\`, in \`pass\``, `    pass: ["${name}?"]`, '126 env-reserved at 7:12'],
    ]),
    ['that the client does not have', '    pass: [ACME_REGION]', '126 env-missing at 7:12'],
    ['that the client does not have, among others', '    pass: [PATH_TO_X, ACME_REGION]', '126 env-missing at 7:23'],
    ['that is written twice in `pass`', '    pass: ["A?", "A?"]', '126 env-twice at 7:18'],
    ['that is written in `env` and in `pass`', '    env: { A: "1" }\n    pass: ["A?"]', '126 env-twice at 8:12'],
    ['that holds a function of a shell', '    env: { A: "() { :; }; touch /OPEN/touched" }', '126 env-value at 7:12'],
    [
      'that is longer than the kernel takes',
      `    env: { A: "${`${'x'.repeat(1000)}\\\n      `.repeat(131)}" }`,
      '126 env-value at 7:12',
    ],
    // A JavaScript object has these without anyone having set them.
    ['that only an object of JavaScript has: toString', '    pass: [toString]', '126 env-missing at 7:12'],
    ['that only an object of JavaScript has: constructor', '    pass: [constructor]', '126 env-missing at 7:12'],
    ['that only an object of JavaScript has: __proto__', '    pass: [__proto__]', '126 env-missing at 7:12'],
  ])('%s', async (_title, line, outcome) => {
    const { is } = await new Trap(entry(line)).outcome(['run', 'trap'], { env: { PATH_TO_X: 'x' } });
    expect(is).toBe(outcome);
  });

  test('that is passed on and holds a function of a shell', async () => {
    const env = { A: '() { :; }; touch /tmp/touched' };
    expect((await new Trap(entry('    pass: [A]')).outcome(['run', 'trap'], { env })).is).toBe('126 env-value at 7:12');
  });

  test('that is missing, and may be, is none of these', async () => {
    expect((await new Trap(entry('    pass: ["toString?", "A?"]')).outcome()).is).toBe('started, 0');
  });

  test('that is missing is told with what to do', async () => {
    const { stderr } = await new Trap(entry('    pass: [ACME_REGION]')).outcome();
    expect(stderr).toContain('`ACME_REGION` is not set, and `trap` needs it');
    expect(stderr).toContain(
      'hint: set it where the client starts, or write `ACME_REGION?` if the server can do without',
    );
  });
});
