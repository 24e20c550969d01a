import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silent } from '../../system/progress.ts';
import type { AgentScenario, Op } from '../agent-protocol.ts';
import { Guest, type GuestOptions, type GuestResult } from './guest.ts';
import { guestOptions } from './open.ts';

/** On a real guest: what the layer below the Director promises when things go wrong. */

let options: GuestOptions;
let guest: Guest;

beforeAll(async () => {
  options = (await guestOptions(undefined, silent)).options;
  guest = await Guest.boot(options);
});
afterAll(() => guest.close());

const doing = (...setup: Op[]): AgentScenario => ({ setup, observe: [], steps: [] });
const nothing = doing();
const sysrq = (key: string): Op => ({
  op: 'writeFile',
  path: '/proc/sysrq-trigger',
  content: Buffer.from(key),
});
const exec = (limitMs: number, ...argv: string[]): Op => ({ op: 'exec', argv, stdin: '', limitMs });

async function playAll(on: Guest, scenarios: readonly AgentScenario[]): Promise<GuestResult[]> {
  const results: GuestResult[] = [];
  for await (const result of on.play(scenarios)) results.push(result);
  return results;
}

async function withGuest<T>(change: Partial<GuestOptions>, use: (own: Guest) => Promise<T>): Promise<T> {
  const own = await Guest.boot({ ...options, ...change });
  try {
    return await use(own);
  } finally {
    await own.close();
  }
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('a guest', () => {
  it('says its release and its HZ', () => {
    expect(guest.hello).toMatchObject({
      release: expect.stringMatching(/^\d+\.\d+/),
      hz: 250,
    });
  });

  it('runs a program with its text, without a shell, and gives back what it said', async () => {
    const [result] = await playAll(guest, [
      doing(exec(1000, 'ip', '-V'), exec(1000, 'ip', '$HOME; reboot'), exec(1000, 'no-such-program')),
    ]);

    if (result?.kind !== 'played') throw new Error(JSON.stringify(result));
    const [version, quoted, missing] = result.transcript.setup;
    expect(version!.data.toString()).toContain('iproute2');
    expect(quoted!.data.toString()).toContain('"$HOME; reboot" is unknown');
    expect(missing!.errno).toBe(2);
  });

  it('kills a program that takes longer than its limit, in guest time', async () => {
    const before = Date.now();

    const [result] = await playAll(guest, [doing(exec(60_000, 'ip', 'monitor'))]);

    if (result?.kind !== 'played') throw new Error(JSON.stringify(result));
    expect(result.transcript.setup[0]!.data.readUInt32LE()).toBe(128 + 9);
    expect(Date.now() - before).toBeLessThan(30_000);
  });

  it('whose kernel panics is a crash with its console; what was played before is kept', async () => {
    await withGuest({}, async (own) => {
      const results = await playAll(own, [nothing, nothing, doing(sysrq('c')), nothing]);

      expect(results.map(({ kind }) => kind)).toEqual(['played', 'played', 'crash']);
      expect(results[2]).toMatchObject({
        what: expect.stringContaining('sysrq triggered crash'),
        console: expect.stringContaining('sysrq_handle_crash'),
      });
      expect(own.usable).toBe(false);
    });
  });

  it('that runs out of memory is a crash that says so', async () => {
    await withGuest({ memoryMiB: 128 }, async (own) => {
      const huge = { op: 'writeFile', path: '/huge', content: Buffer.alloc(60 << 20) } as const;

      const results = await playAll(own, [nothing, doing(huge)]);

      expect(results[0]?.kind).toBe('played');
      expect(results[1]).toMatchObject({ kind: 'crash', what: expect.stringMatching(/memory/i) });
    });
  });

  it('whose QEMU is killed is an infra-error, not a crash', async () => {
    await withGuest({}, async (own) => {
      const playing = playAll(own, [nothing, doing(exec(3_000_000, 'ip', 'monitor'))]);
      setTimeout(() => process.kill(own.pid!, 'SIGKILL'), 200);

      expect((await playing).map(({ kind }) => kind)).toEqual(['played', 'infra-error']);
    });
  });

  it('ends when its caller stops listening in the middle', async () => {
    await withGuest({}, async (own) => {
      for await (const _ of own.play([nothing, nothing])) break;

      expect([own.usable, alive(own.pid!)]).toEqual([false, false]);
    });
  });

  it('that does not answer ends at the deadline, and has time for what it waits', async () => {
    // What a scenario waits is added to the deadline; how long a program runs cannot be known.
    const waits = { ...nothing, steps: [{ waitNs: 10n ** 12n, alignJiffies: 0, ops: [] }] };
    const hangs = doing(exec(2 ** 31 - 1, 'ip', 'monitor'));
    await withGuest({ scenarioDeadlineMs: 300 }, async (own) => {
      const [first, second] = await playAll(own, [waits, hangs]);

      expect(first!.kind).toBe('played');
      expect(second).toMatchObject({
        kind: 'infra-error',
        what: expect.stringContaining('no answer from the guest within 0.3 s: it has nothing to do'),
      });
      expect(alive(own.pid!)).toBe(false);
    });
  });

  it('that cannot boot says so with its console', async () => {
    await expect(Guest.boot({ ...options, initramfsPath: options.vmlinuxPath })).rejects.toMatchObject({
      message: expect.stringContaining('the guest did not boot'),
      console: expect.stringContaining('Kernel panic'),
    });
  });

  it('that QEMU refuses to start says why', async () => {
    await expect(Guest.boot({ ...options, cpu: 'no-such-cpu' })).rejects.toMatchObject({
      console: expect.stringContaining('unable to find CPU model'),
    });
  });
});
