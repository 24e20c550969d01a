import { TextError } from './text-error.ts';
import type { Word } from './words.ts';

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** A decimal whole number within limits; `what` names it in the complaint ("a weight"). */
export function parseNumber(word: Word, what: string, { min, max }: Range): number {
  const value = /^[+-]?\d{1,16}$/.test(word.text) ? Number(word.text) : Number.NaN;
  if (value >= min && value <= max) return value === 0 ? 0 : value;
  throw new TextError(word, `"${word.text}" is no ${what}`, { allowed: `${min} to ${max}` });
}

/** An unsigned 32-bit number, decimal or hexadecimal, as iptables takes marks. */
export function parseUnsigned32(word: Word, what: string): number {
  const value = /^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(word.text) ? Number(word.text) : Number.NaN;
  if (value <= 0xffffffff) return value;
  throw new TextError(word, `"${word.text}" is no ${what}`, { allowed: '0 to 0xffffffff' });
}
