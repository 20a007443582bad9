import { fails, limited, passes, type Probe } from '../finding/probe.ts';
import type { OwnDirectory } from './machine.ts';

/** Whether a directory of ours is in our hands alone, and can be written. */
export function probeDirectory({ name, path, isThere, isWritable, changeable, isMoved }: OwnDirectory): Probe {
  const title = `${name} directory`;
  const where = `${path}${isMoved ? ', by `MCP_SECURE_RUN_HOME`' : ''}`;
  if (changeable) {
    const { fault } = changeable;
    const above = changeable.path === path ? '' : `${changeable.path}, above it, `;
    const found = `${where}: ${above}${fault === 'owner' ? 'belongs to another account' : 'can be written by other accounts'}`;
    const fix =
      fault === 'owner'
        ? `\`sudo chown "$(id -un)" ${changeable.path}\`, after a look at it`
        : `\`chmod go-w ${changeable.path}\``;
    // Of what others may write there a policy is refused, and everything else made anew and not believed.
    return name === 'config'
      ? fails(title, found, fix, fault === 'owner' ? 'policy-owner' : 'policy-writable')
      : limited(title, found, fix);
  }
  if (isWritable) return passes(title, isThere ? where : `${where}, not there yet`);
  if (name === 'config' && isThere) return passes(title, `${where}, to be read only`);
  const found = `${where} cannot be ${isThere ? 'written' : 'made'}${name === 'state' ? ': every start reads the policy’s text anew' : ''}`;
  return limited(title, found, `look at who may write there and at the disk: \`namei -l ${path}; df ${path}\``);
}
