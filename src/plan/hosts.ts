/** What grants and judges hosts: a file of its own, for policies that grant any. */
export { grantHosts } from './grant-hosts.ts';
export { whyNoHost } from './granted-host.ts';
