import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { EntrySpec } from '../../kernels/cache.ts';
import type { Hello } from '../agent-protocol.ts';
import { Guest, type GuestOptions, type GuestSettings } from './guest.ts';

/** A guest that has said hello and played nothing, in a folder of the cache: it goes on from there, not from boot. */
const STATE = 'state';
const HELLO = 'hello.json';

export const snapshotEntry = (key: string): EntrySpec => ({ kind: 'snapshots', key, check: [STATE, HELLO] });

const helloRecord = z.strictObject({
  version: z.number().int(),
  hz: z.number().int(),
  release: z.string(),
});

/** Boots a guest and fills the folder with it. */
export async function makeSnapshot(options: GuestOptions, folder: string): Promise<void> {
  const guest = await Guest.boot(options);
  try {
    const { hello } = await guest.save(join(folder, STATE));
    await writeFile(join(folder, HELLO), JSON.stringify(hello));
  } finally {
    await guest.close();
  }
}

/** The guest in that folder; as often as wanted, each the same to the bit. */
export async function restoreSnapshot(settings: GuestSettings, folder: string): Promise<Guest> {
  const hello: Hello = helloRecord.parse(JSON.parse(await readFile(join(folder, HELLO), 'utf8')));
  return Guest.restore(settings, { statePath: join(folder, STATE), hello });
}
