import { expect, test } from 'vitest';
import { isLoaderVariable } from '../../../src/plan/loader-variable.ts';
import { decide, started, withServer } from '../../kit/decide.ts';
import { statedHost } from '../../kit/stated-host.ts';

/** Names by which programs have been made to run, load, trust or follow something else, by what reads them. */
const NAMES: Record<string, string> = {
  'Node.js': `NODE_OPTIONS NODE_REPL_EXTERNAL_MODULE NODE_V8_COVERAGE NODE_REDIRECT_WARNINGS NODE_PATH`,
  npm: `npm_config_call npm_config_script_shell npm_config_userconfig npm_config_globalconfig npm_config_node_options
    npm_config_registry npm_config_prefix NPM_CONFIG_CALL Npm_Config_Prefix`,
  'the loader': `LD_PRELOAD LD_AUDIT LD_LIBRARY_PATH GLIBC_TUNABLES GCONV_PATH DYLD_INSERT_LIBRARIES DYLD_LIBRARY_PATH`,
  Python: `PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONUSERBASE PYTHONBREAKPOINT PIP_INDEX_URL UV_INDEX_URL VIRTUAL_ENV`,
  shells: `BASH_ENV ENV BASH_FUNC_x%% SHELLOPTS PS4 PROMPT_COMMAND IFS CDPATH`,
  git: `GIT_SSH_COMMAND GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_0 GIT_EXTERNAL_DIFF GIT_ASKPASS GIT_PAGER
    GIT_EXEC_PATH`,
  'other languages': `JAVA_TOOL_OPTIONS _JAVA_OPTIONS CLASSPATH DOTNET_STARTUP_HOOKS CORECLR_PROFILER RUBYOPT PERL5OPT
    PERL5LIB PHPRC LUA_INIT LUA_INIT_5_4 ERL_AFLAGS ERL_ZFLAGS R_PROFILE`, // by version: lua(1); all three: erl(1)
  'whom to trust': `NODE_TLS_REJECT_UNAUTHORIZED NODE_EXTRA_CA_CERTS SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE
    OPENSSL_CONF SSLKEYLOGFILE`,
  'which way': `HTTP_PROXY HTTPS_PROXY http_proxy https_proxy ALL_PROXY all_proxy NO_PROXY no_proxy Http_Proxy`,
  'mcp-secure-run': `MCP_SECURE_RUN_HOME MCP_SECURE_RUN_ANYTHING`,
};
const rows = Object.entries(NAMES).flatMap(([reader, names]) =>
  names.split(/\s+/).map((name) => [name, reader] as const),
);

test.each(rows)('%s, which %s reads, is refused', (name) => {
  expect(isLoaderVariable(name)).toBe(true);
  expect(isLoaderVariable(name.toLowerCase())).toBe(true);
});

test.each(rows.filter(([name]) => !name.includes('%')))('%s cannot be written or passed', (name) => {
  for (const keys of [`env: { ${name}: x }`, `pass: [${name}]`]) {
    const text = withServer(`{ command: /opt/acme/bin/crm, ${keys} }`);
    expect(started(decide(text, 'crm', statedHost({ variables: { [name]: 'x' } })))).toBe('refused: env-loader');
  }
});

test.each(['PATH', 'HOME', 'TMPDIR', 'USER', 'LOGNAME', 'PWD'])('%s is ours to set', (name) => {
  for (const keys of [`env: { ${name}: x }`, `pass: [${name}]`]) {
    const text = withServer(`{ command: /opt/acme/bin/crm, ${keys}, unsafe: [loader-variables] }`);
    expect(started(decide(text, 'crm', statedHost({ variables: { [name]: 'x' } })))).toBe('refused: env-reserved');
  }
});

test.each([
  'TZ',
  'LOG_LEVEL',
  'GITHUB_TOKEN',
  'LDAP_URL',
  'NODE_ENV',
  'DEBUG',
  'UVICORN_PORT',
  'PIPELINE',
  'ENVIRONMENT',
])('%s is an ordinary name', (name) => {
  expect(isLoaderVariable(name)).toBe(false);
});
