/** How to change a setting of the kernel, now and for the next start: sysctl(8), sysctl.d(5). */
export function setSysctl(setting: string): string {
  return `\`sudo sysctl -w ${setting}\`, and the same line in /etc/sysctl.d/ to keep it`;
}
