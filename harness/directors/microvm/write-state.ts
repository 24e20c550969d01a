import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { MachineError } from '../../errors.ts';
import type { Monitor } from './monitor.ts';

/** QEMU's own limit is made for networks that others use too. */
const UNHURRIED = 'migrate_set_parameter max-bandwidth 100G';

/**
 * Has QEMU write the state of a guest that stands still into a file. It comes through a socket, since QEMU 7.2 can
 * neither migrate to a file by its name nor, in its sandbox, to a program.
 *
 * @throws MachineError when QEMU cannot; errors of the file system as they are
 */
export async function writeState(monitor: Monitor, path: string, deadlineMs: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lvscheck-'));
  const server = createServer();
  try {
    server.listen(join(folder, 'state'));
    await once(server, 'listening');
    const signal = AbortSignal.timeout(deadlineMs);
    const caller = once(server, 'connection', { signal });
    monitor.send(UNHURRIED);
    monitor.send(`migrate -d unix:${join(folder, 'state')}`);
    const [socket] = (await caller) as [Socket];
    await pipeline(socket, createWriteStream(path), { signal });
    await requireComplete(monitor, deadlineMs);
  } catch (cause) {
    if ((cause as Error).name !== 'AbortError') throw cause;
    throw new MachineError('QEMU did not write its snapshot in time', { cause });
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function requireComplete(monitor: Monitor, deadlineMs: number): Promise<void> {
  const status = await monitor.ask(
    'info migrate',
    /Migration status: (completed|failed|cancelled)\r/,
    deadlineMs,
  );
  if (status !== 'completed') throw new MachineError(`QEMU's snapshot: ${status ?? 'no answer'}`);
}
