import { hint, USUAL_NAMES } from '../config/address-text.ts';
import { NAMES_IN_TEXT, strangeName, usualLength } from '../config/named-text.ts';
import { didYouMean } from '../config/nearest.ts';
import { TextError } from '../config/text-error.ts';
import type { Word } from '../config/words.ts';
import type { Segment } from '../scenario.ts';

const ESCAPES: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '"': '"', '\\': '\\' };
const SAYS = / (says|begins) "((?:[^"\\]|\\.)*)"/;
const SHAPE =
  'says "TEXT", as in says "PASV\\r\\n"; \\r \\n \\t \\" \\\\ and \\xHH stand for what they do in C';

/** A text in quotes, and whether it is all that the segment says, as far as it is known before it is sent. */
export interface Saying extends Word {
  readonly whole: boolean;
}

/** `says "PASV\r\n"`; `begins` where the payload is shorter or longer than the text. */
export function printSays({ text = '', from, length }: Segment): string {
  return `${usualLength(text, from) === length ? 'says' : 'begins'} ${inQuotes(text)}`;
}

export function inQuotes(text: string): string {
  return `"${text.replace(/[^ !#-[\]-~]/g, escaped)}"`;
}

function escaped(character: string): string {
  const letter = Object.keys(ESCAPES).find((letter) => ESCAPES[letter] === character);
  return `\\${letter ?? `x${character.charCodeAt(0).toString(16).padStart(2, '0')}`}`;
}

/** Cuts out what a segment says; blanks take its place, so that all columns stay right. */
export function takeSays(text: string): { line: string; says: Saying | undefined } {
  const found = SAYS.exec(text);
  const begins = text.indexOf(' says ');
  if (!found && begins >= 0)
    throw new TextError({ line: 1, column: begins + 2 }, 'says lacks a text in quotes', { allowed: SHAPE });
  if (!found) return { line: text, says: undefined };
  const [all, word, quoted] = found as unknown as [string, string, string];
  const line = text.slice(0, found.index) + ' '.repeat(all.length) + text.slice(found.index + all.length);
  const column = found.index + ` ${word} "`.length + 1;
  return { line, says: { text: quoted, line: 1, column, whole: word === 'says' } };
}

/** The text that was meant. */
export function parseSays(word: Word): string {
  const text = word.text.replace(/\\(x[0-9a-fA-F]{2}|.)/g, (whole, code: string) => {
    if (code.length === 3) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    const meant = ESCAPES[code];
    if (meant === undefined) throw new TextError(word, `${whole} stands for nothing`, { allowed: SHAPE });
    return meant;
  });
  if ([...text].some((character) => character.charCodeAt(0) > 0xff))
    throw new TextError(word, 'a byte holds no such character', { hint: 'write its bytes as \\xHH' });
  const strange = strangeName(text);
  if (strange === undefined) return text;
  throw new TextError(word, `{${strange}} is no address`, {
    allowed: ['self', ...USUAL_NAMES].join(' '),
    ...hint(didYouMean(strange, NAMES_IN_TEXT)),
  });
}

/** One miscounted byte is a line without its end, which nobody would see. */
export function checkLength(
  { whole }: Saying,
  { text, from, seq, length }: Pick<Segment, 'from' | 'seq' | 'length'> & { readonly text: string },
  at: Word,
): void {
  const usual = usualLength(text, from);
  if (!whole || usual === length) return;
  throw new TextError(at, `the text is ${usual} bytes long, and the segment ${length}`, {
    hint: `write ${seq}:${seq + usual}(${usual}), or begins for says to send a part of it`,
  });
}
