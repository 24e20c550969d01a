import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chanceOf, passed, wallTime } from './stopwatch.ts';

const THREADS = ['7', '8'];
let proc = '';

/** What each thread has waited for a processor, in milliseconds. */
function waited(...each: number[]): void {
  for (const [at, ms] of each.entries()) {
    const folder = join(proc, '7', 'task', THREADS[at]!);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'schedstat'), `1000 ${ms * 1e6} 3\n`);
  }
}

beforeEach(() => {
  proc = mkdtempSync(join(tmpdir(), 'lvscheck-test-'));
});
afterEach(() => rmSync(proc, { recursive: true }));

describe('the time that a process had its chance in', () => {
  it('is wall clock while it need not wait', async () => {
    waited(5000, 100);
    const watch = chanceOf(() => 7, proc)();
    await setTimeout(20);
    expect(watch()).toBeGreaterThanOrEqual(19);
  });

  it('stands still while its slowest thread stands in line', async () => {
    waited(5000, 100);
    const watch = chanceOf(() => 7, proc)();
    await setTimeout(20);
    waited(5000, 100 + 60_000);
    expect(watch()).toBe(0);
  });

  it('is wall clock where the kernel does not count, or the process is gone', async () => {
    const watch = chanceOf(() => 9, proc)();
    await setTimeout(20);
    expect(watch()).toBeGreaterThanOrEqual(19);
  });

  it('can be waited for', async () => {
    const watch = wallTime();
    await passed(20, wallTime);
    expect(watch()).toBeGreaterThanOrEqual(19);
  });
});
