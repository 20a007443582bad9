/** Whether this version of Node.js asks no proxy, whatever its environment says: `NODE_USE_ENV_PROXY` came with 22.21 and 24.5. */
export function ignoresProxy(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major === 22) return minor < 21;
  return major < 24 || (major === 24 && minor < 5);
}
