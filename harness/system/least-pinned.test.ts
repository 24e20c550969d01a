import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { leastPinned, ownProcessors } from './least-pinned.ts';
import { testFolders } from './test-folders.ts';

const folder = testFolders();

async function procWith(
  processes: Readonly<Record<string, { comm: string; cpus: string }>>,
): Promise<string> {
  const proc = await folder();
  for (const [pid, { comm, cpus }] of Object.entries(processes)) {
    mkdirSync(join(proc, pid));
    writeFileSync(join(proc, pid, 'comm'), `${comm}\n`);
    writeFileSync(join(proc, pid, 'status'), `Name:\t${comm}\nCpus_allowed_list:\t${cpus}\nThreads:\t1\n`);
  }
  return proc;
}

test('guests go where fewest of them are bound', async () => {
  const proc = await procWith({
    7: { comm: 'qemu-system-x86', cpus: '0' },
    8: { comm: 'qemu-system-x86', cpus: '1' },
    9: { comm: 'qemu-system-x86', cpus: '0-5' },
    10: { comm: 'something', cpus: '2' },
    11: { comm: 'qemu-system-x86', cpus: '5' },
  });
  expect(leastPinned('qemu-system-x86', [0, 1, 2, 5], proc)).toBe(2);
});

test('only where they may', async () => {
  const proc = await procWith({ 7: { comm: 'qemu-system-x86', cpus: '3' } });
  expect(leastPinned('qemu-system-x86', [3], proc)).toBe(3);
  expect(leastPinned('qemu-system-x86', [], proc)).toBeUndefined();
});

test('equals take turns', async () => {
  const proc = await procWith({});
  const taken = Array.from({ length: 4 }, () => leastPinned('qemu-system-x86', [0, 1], proc));
  expect(taken).toEqual([taken[0], 1 - taken[0]!, taken[0], 1 - taken[0]!]);
});

test('we may use what the kernel says', async () => {
  expect(ownProcessors(await procWith({ self: { comm: 'node', cpus: '0-2,5' } }))).toEqual([0, 1, 2, 5]);
  expect(ownProcessors(await procWith({}))).toHaveLength(availableParallelism());
});
