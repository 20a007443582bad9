declare const MCP_SECURE_RUN_VERSION: string | undefined;

/** Of this package; the build writes it in. */
export const VERSION: string = typeof MCP_SECURE_RUN_VERSION === 'string' ? MCP_SECURE_RUN_VERSION : '0.0.0-source';
