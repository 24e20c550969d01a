import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { remainingMs } from './remaining.ts';
import { inWords, Terminal, wantsColour } from './terminal.ts';

/** What a terminal, or a pipe, was sent. */
function stream(isTTY: boolean) {
  const chunks: string[] = [];
  const sink = Object.assign(new PassThrough(), {
    ...{ isTTY, columns: 120, cursorTo: () => true, clearLine: () => true, moveCursor: () => true },
  });
  sink.on('data', (chunk) => chunks.push(String(chunk)));
  return { sink: sink as unknown as NodeJS.WriteStream, text: () => chunks.join('') };
}

it('shows rate, remaining time and findings on a terminal, and nothing on a pipe', () => {
  const [terminal, pipe] = [stream(true), stream(false)];
  for (const { sink } of [terminal, pipe]) {
    const shown = new Terminal(sink);
    shown.playing({ done: 5, total: 20, findings: 1, stepsPerSecond: 41.7, remainingMs: 75_000 });
    shown.clear();
  }

  expect(terminal.text()).toContain('5/20 scenarios, 42 steps/s, 1m15s left, 1 finding');
  expect(pipe.text()).toBe('');
});

it.each([
  [{ runs: 100, forMs: Number.POSITIVE_INFINITY }, { scenarios: 0, elapsedMs: 1 }, undefined],
  [{ runs: 100, forMs: Number.POSITIVE_INFINITY }, { scenarios: 25, elapsedMs: 1000 }, 3000],
  [{ runs: Number.POSITIVE_INFINITY, forMs: 60_000 }, { scenarios: 25, elapsedMs: 1000 }, 59_000],
  [{ runs: 100, forMs: 2000 }, { scenarios: 25, elapsedMs: 1000 }, 1000],
])('knows how much of %j is left after %j', (programme, soFar, left) => {
  expect(remainingMs(programme, soFar)).toBe(left);
});

it.each([
  [14_200, '14s'],
  [200_000, '3m20s'],
  [7_500_000, '2h05m'],
])('says %i ms as %s', (ms, words) => {
  expect(inWords(ms)).toBe(words);
});

it('colours a terminal only, and not where NO_COLOR or a dumb terminal forbids it', () => {
  const before = { ...process.env };
  try {
    process.env = { ...before, NO_COLOR: '', TERM: 'xterm' };
    expect([wantsColour(stream(true).sink), wantsColour(stream(false).sink)]).toEqual([true, false]);
    process.env.NO_COLOR = '1';
    expect(wantsColour(stream(true).sink)).toBe(false);
    process.env = { ...before, NO_COLOR: '', TERM: 'dumb' };
    expect(wantsColour(stream(true).sink)).toBe(false);
  } finally {
    process.env = before;
  }
});
