import { statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { CREATED, type Caller, type Contained, type Own } from '../confine/container.ts';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { findChanged } from './find-changed.ts';
import { closeRecord, keepDirectories, openRecord, reapRecords } from './container-record.ts';
import { launch, type Running } from './launch.ts';
import { whyNotCreated } from './not-created.ts';

/**
 * Starts what a plan for a container was made into.
 *
 * The container is no child of ours: its engine's, which does not end it when we, or the tool that we start, are killed.
 * So another process does, the keeper: it waits for the end of a pipe whose other end we hold. It is in a session of its
 * own, has no more to it than a shell that reads one line, and is there before the tool is started. What it should
 * miss is in a record, for the next launch.
 */
export async function launchContainer(contained: Contained): Promise<Decision<Running>> {
  const fault = findChanged(contained) ?? keepDirectories(contained);
  if (fault) return deny(fault);
  const record = openRecord(contained);
  if (!record.allowed) return record;
  const own = record.granted;

  const keeper = await start(contained.keeperIn(own));
  if (!keeper.allowed) return keeper;
  keeper.granted.stdin.on('error', () => {}); // it is gone: its end is what is waited for
  const tool = await start(contained.spawnIn(own));
  if (!tool.allowed) {
    await dismiss(keeper.granted, own);
    return tool;
  }
  const words = await whenCreated(tool.granted, own);
  if (words !== undefined) {
    await dismiss(keeper.granted, own);
    return deny(whyNotCreated(words, contained));
  }
  setTimeout(() => void reapRecords(contained, start), LATER).unref();
  return allow(withKeeper(tool.granted, keeper.granted, own));
}

/** Who starts the tool, by its passwd entry. */
export function caller(): Caller {
  const { homedir, uid } = userInfo();
  const runtime = `/run/user/${uid}`;
  const isOwn = statSync(runtime, { throwIfNoEntry: false })?.uid === uid;
  return { home: homedir, runtimeDirectory: isOwn ? runtime : undefined };
}

/** Milliseconds: off the way to the first answer. */
const LATER = 1000;

const start = async (spawned: Parameters<typeof launch>[0]): Promise<Decision<Running>> =>
  launch(
    spawned,
    '',
    () => import('./diagnosis.ts'),
    () => {
      throw new Error('a container has no masks');
    },
  );

/** Waits until the container is there; or what the tool said where it ended without one. */
async function whenCreated({ stderr, ended }: Running, { record }: Own): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  const collect = (chunk: Buffer): void => void chunks.push(chunk);
  stderr.on('data', collect);
  const isCreated = (): boolean => (statSync(`${record}/${CREATED}`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  const end = ended.then(() => 'ended' as const);
  while (!isCreated() && (await Promise.race([end, pause()])) !== 'ended');
  stderr.pause();
  stderr.off('data', collect);
  const said = Buffer.concat(chunks);
  if (!isCreated()) return said.toString();
  if (said.length > 0 && !stderr.readableEnded) stderr.unshift(said);
  return undefined;
}

/** Milliseconds: a look at a file takes a hundredth of one. */
const pause = async (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));

function withKeeper(tool: Running, keeper: Running, own: Own): Running {
  let isKilled = false;
  const kill = (): void => {
    isKilled = true;
    keeper.stdin.end();
    setTimeout(() => tool.kill(), PATIENCE).unref();
  };
  const ended = tool.ended.then(async (end): Promise<typeof end> => {
    const isInDoubt = isKilled || end.code === null || end.code === ENGINE_FAILED;
    if (!isInDoubt) await dismiss(keeper, own);
    else if (isKilled) await keeper.ended.then(() => closeRecord(own));
    else keeper.stdin.end(); // the tool is gone, and the container may not be: its record stays
    // Of a container that is taken from under it, Podman without root says that it ended with 0.
    return isKilled ? { code: null, signal: 'SIGKILL' } : end;
  });
  // What the tool's process uses up is nothing of the server's.
  return { ...tool, pid: undefined, kill, ended };
}

/** Milliseconds that an engine has to end a container; what does not hear of it then is left to the keeper. */
const PATIENCE = 5000;
/** docker-run(1), podman-run(1): the engine's own failure. */
const ENGINE_FAILED = 125;

/** There is nothing to look after any more. */
async function dismiss(keeper: Running, own: Own): Promise<void> {
  keeper.stdin.end('\n');
  await keeper.ended;
  closeRecord(own);
}
