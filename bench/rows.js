import { firstAnswer } from './rows/first-answer.js';
import { gone } from './rows/gone.js';
import { mask } from './rows/mask.js';
import { memory } from './rows/memory.js';
import { overNpx } from './rows/over-npx.js';
import { overSrt } from './rows/over-srt.js';
import { peak } from './rows/peak.js';
import { relay } from './rows/relay.js';
import { startHosts } from './rows/start-hosts.js';
import { startLauncher } from './rows/start-launcher.js';
import { startSandbox } from './rows/start-sandbox.js';
import { tunnel } from './rows/tunnel.js';

export const ROWS = [
  startLauncher,
  startSandbox,
  startHosts,
  firstAnswer,
  overNpx,
  overSrt,
  memory,
  gone,
  peak,
  relay,
  tunnel,
  mask,
];
