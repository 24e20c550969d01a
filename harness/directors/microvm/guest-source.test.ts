import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ACK, FIN } from '../../../spec/wire/tcp.ts';
import { MachineError } from '../../errors.ts';
import { Cache } from '../../kernels/cache.ts';
import { silent } from '../../system/progress.ts';
import { testFolders } from '../../system/test-folders.ts';
import { agentScenario } from '../agent-scenario.ts';
import { Guest, type GuestResult, type GuestSettings } from './guest.ts';
import { type GuestOrigin, GuestSource } from './guest-source.ts';
import { guestOptions, microvmKernel } from './open.ts';
import { snapshotEntry } from './snapshot.ts';
import { fromServer, handshake, planOf, wait } from './testing.ts';

const freshFolder = testFolders();

const started: Guest[] = [];
afterEach(() => Promise.all(started.splice(0).map((guest) => guest.close())));

const scenarios = [planOf(...handshake(1025)), planOf(...handshake(1026), wait(5000))]
  .concat(planOf(...handshake(1027), fromServer(1027, ACK | FIN, 1, 1)))
  .map((plan) => agentScenario(plan, 250));

async function playedBy(guest: Guest): Promise<GuestResult[]> {
  started.push(guest);
  const results: GuestResult[] = [];
  for await (const result of guest.play(scenarios)) results.push(result);
  return results;
}

/** Jiffies count from the scenario's first step: a guest that was born later has later ones. */
function sinceStart(results: readonly GuestResult[]): unknown[] {
  return results.map((result) => {
    if (result.kind !== 'played') throw new Error(JSON.stringify(result));
    const { steps } = result.transcript;
    return steps.map((step) => ({
      acted: step.acted - steps[0]!.acted,
      frames: step.framesOut.map(({ frame }) => frame.toString('hex')),
      seen: step.observations.map(({ data }) => data.toString('latin1')),
    }));
  });
}

describe('guests of one kernel', () => {
  it('are the same to the bit, absolute times and random numbers included', async () => {
    const { guests } = await microvmKernel(undefined, silent);

    const first = await playedBy(await guests.guest());

    expect(first.map(({ kind }) => kind)).toEqual(['played', 'played', 'played']);
    expect(await playedBy(await guests.guest())).toEqual(first);
  });

  it('behave as one that has just booted', async () => {
    const { guests } = await microvmKernel(undefined, silent);
    const booted = await Guest.boot((await guestOptions(undefined, silent)).options);

    expect(sinceStart(await playedBy(await guests.guest()))).toEqual(sinceStart(await playedBy(booted)));
  });
});

describe('a snapshot', () => {
  const origin = async (): Promise<GuestOrigin> => {
    const { options } = await guestOptions(undefined, silent);
    // What follows shows only that a boot is tried.
    const bootable = () => Promise.resolve({ ...options, cpu: 'no-such-cpu' });
    return { settings: options satisfies GuestSettings, key: 'k', bootable };
  };

  it('that QEMU cannot restore is given up with one line, and the guest boots', async () => {
    const cache = new Cache(await freshFolder());
    const damaged = async (folder: string) => {
      await writeFile(join(folder, 'state'), 'no snapshot');
      await writeFile(join(folder, 'hello.json'), '{"version":3,"hz":250,"release":"6"}');
    };
    await cache.obtain(snapshotEntry('k'), damaged, silent);
    const said: string[] = [];
    const guests = new GuestSource(await origin(), cache, (line) => void said.push(line));

    await expect(guests.guest()).rejects.toThrow('the guest did not boot');

    expect(said).toEqual([
      expect.stringMatching(/^the snapshot could not be restored: .*; booting instead$/),
    ]);
    expect(await cache.find(snapshotEntry('k'))).toBeUndefined();
  });

  it('that cannot be kept costs one line, and every guest boots', async () => {
    const notAFolder = join(await freshFolder(), 'file');
    await writeFile(notAFolder, '');
    const said: string[] = [];
    const guests = new GuestSource(await origin(), new Cache(notAFolder), (line) => void said.push(line));

    await expect(guests.guest()).rejects.toThrow('the guest did not boot');
    await expect(guests.guest()).rejects.toBeInstanceOf(MachineError);

    expect(said).toEqual([expect.stringMatching(/part of the path is not a folder.*; no snapshot is kept$/)]);
  });
});
