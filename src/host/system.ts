import type { System } from '../confine/machine.ts';
import { readText } from './read-text.ts';

/** Which distribution this is: os-release(5). */
export function readSystem(): System {
  const text = readText('/etc/os-release') || readText('/usr/lib/os-release');
  const value = (key: string): string => new RegExp(`^${key}=["']?(.*?)["']?$`, 'm').exec(text)?.[1] ?? '';
  return {
    id: value('ID') || 'unknown',
    like: value('ID_LIKE')
      .split(' ')
      .filter((name) => name !== ''),
    name: value('PRETTY_NAME') || 'an unknown system',
  };
}
