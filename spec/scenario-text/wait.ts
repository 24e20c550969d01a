import { TextError } from '../config/text-error.ts';
import type { Word } from '../config/words.ts';
import type { Wait } from '../scenario.ts';

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** A week: longer than any timer that the kernel keeps (an idle established connection has five days). */
const LONGEST_MS = 7 * 24 * UNIT_MS.h;

const ALLOWED = '+3ms, +0.1s, +15m, +2h; at most a week';

/** `+15m`; minutes and seconds where they are whole, decimals where they are not. */
export function printWait({ ms }: Wait): string {
  if (ms >= UNIT_MS.m && ms % UNIT_MS.m === 0) return `+${ms / UNIT_MS.m}m`;
  return ms >= UNIT_MS.s ? `+${ms / UNIT_MS.s}s` : `+${ms}ms`;
}

/** The whole milliseconds of a wait. */
export function parseWait(word: Word): Wait {
  const found = /^\+(\d{1,9})(?:\.(\d{1,9}))?(ms|s|m|h)$/.exec(word.text);
  if (!found) throw new TextError(word, `"${word.text}" is no wait`, { allowed: ALLOWED });
  const [whole, fraction = '', unit] = [found[1]!, found[2], found[3] as keyof typeof UNIT_MS];
  // In integers, as 0.07 * 1000 is no whole number to a computer.
  const scale = 10 ** fraction.length;
  const scaled = Number(whole + fraction) * UNIT_MS[unit];
  const ms = scaled / scale;
  if (scaled % scale !== 0)
    throw new TextError(word, `"${word.text}" is finer than a millisecond`, { allowed: ALLOWED });
  if (ms > LONGEST_MS) throw new TextError(word, `"${word.text}" is too long`, { allowed: ALLOWED });
  return { kind: 'wait', ms };
}
