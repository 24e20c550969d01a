import { parseNumber } from '../config/number-text.ts';
import { TextError } from '../config/text-error.ts';
import type { Word } from '../config/words.ts';
import type { FragmentRange } from '../scenario.ts';

/** What a header of 13 bits can say, in units of 8 bytes. */
const LAST_OFFSET = 8191 * 8;

/** What a frame takes (MTU 1500) behind the IP header. */
const MOST_BYTES = 1500 - 20;

/** What an IP packet holds behind its header. */
export const MOST_PAYLOAD_BYTES = 65535 - 20;

/** `0+1400`: the first 1400 bytes behind the IP header. */
export function printPart({ offset, length }: FragmentRange): string {
  return `${offset}+${length}`;
}

export function parsePart(word: Word): FragmentRange {
  const found = /^(\d{1,5})\+(\d{1,5})$/.exec(word.text);
  if (!found)
    throw new TextError(word, `"${word.text}" is no part of a packet`, {
      allowed: 'OFFSET+LENGTH, as in 0+1400',
    });
  const offset = parseNumber({ ...word, text: found[1]! }, 'offset', { min: 0, max: LAST_OFFSET });
  const length = parseNumber(
    { ...word, text: found[2]!, column: word.column + found[1]!.length + 1 },
    'number of bytes',
    { min: 0, max: MOST_BYTES },
  );
  if (offset % 8 === 0) return { offset, length };
  throw new TextError(word, `a fragment cannot begin at byte ${offset}`, {
    hint: `write ${offset - (offset % 8)}+${length}`,
  });
}

/** Refuses a packet that one frame does not hold, unless only a fragment of it is sent. */
export function checkFits(
  { fragment }: { readonly fragment?: FragmentRange },
  bytes: { readonly all: number; readonly most: number },
  at: Word,
): void {
  if (fragment || bytes.all <= bytes.most) return;
  throw new TextError(at, `${bytes.all} bytes do not fit into one frame`, {
    allowed: `${bytes.most} bytes together`,
    hint: 'send it in fragments: frag 0+1480 mf',
  });
}
