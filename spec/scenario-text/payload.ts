import { TextError } from '../config/text-error.ts';
import type { Word } from '../config/words.ts';

/** What stands for itself; quotes, brackets, blanks and % would mean something else in a line. */
const PLAIN = /[A-Za-z0-9._~/:@!$&'()*+,;=?#{}[\]|^-]/;

/** `GET%20/%20HTTP/1.0%0D%0A`: text as it is, every other byte as % and two digits. */
export function printData(data: Uint8Array): string {
  return Array.from(data, (byte, at) => printByte(byte, at)).join('');
}

/** The first one never looks like an option (`--a=b` would be two words). */
function printByte(byte: number, at: number): string {
  const letter = String.fromCharCode(byte);
  if (PLAIN.test(letter) && !(at === 0 && letter === '-')) return letter;
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** Letters beyond ASCII stand for the bytes of their UTF-8, which printing spells out. */
export function parseData(word: Word): Uint8Array {
  const bytes: number[] = [];
  const pieces = word.text.matchAll(/%([0-9A-Fa-f]{2})|(%)|([^%]+)/g);
  for (const { 1: digits, 2: lone, 3: plain, index } of pieces) {
    if (lone !== undefined)
      throw new TextError({ line: word.line, column: word.column + index }, '% stands alone', {
        allowed: 'two hexadecimal digits behind it, as in %0D%0A',
        hint: 'write %25 for the sign itself',
      });
    bytes.push(...(digits === undefined ? new TextEncoder().encode(plain) : [Number.parseInt(digits, 16)]));
  }
  return Uint8Array.from(bytes);
}

/** Refuses more than the packet says that it carries; what is missing is filled. */
export function checkData(data: Uint8Array | undefined, length: number, at: Word): void {
  if (data === undefined || data.length <= length) return;
  throw new TextError(at, `${data.length} bytes of data do not fit into ${length}`, {
    hint: `make the packet ${data.length} bytes long`,
  });
}
