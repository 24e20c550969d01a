/** Bob Jenkins' lookup3 as the kernel has it (include/linux/jhash.h, jhash2): a hash of 32-bit words. */

const INITIAL = 0xdeadbeef;

type Words = [number, number, number];

/** `words` are network-order addresses as the numbers that they are; the machine reads them the other way round. */
export function jhash(words: readonly number[], initial: number): number {
  const seed = (INITIAL + words.length * 4 + swapped(initial)) | 0;
  const v: Words = [seed, seed, seed];
  let at = 0;
  for (; words.length - at > 3; at += 3) {
    add(v, words, at);
    mix(v);
  }
  if (at === words.length) return v[2] >>> 0;
  add(v, words, at);
  finish(v);
  return v[2] >>> 0;
}

/** A hash as a number below `count`. */
export function reciprocalScale(hash: number, count: number): number {
  return Number((BigInt(hash) * BigInt(count)) >> 32n);
}

function swapped(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}

function add(v: Words, words: readonly number[], at: number): void {
  for (const index of [0, 1, 2] as const) v[index] = (v[index] + swapped(words[at + index] ?? 0)) | 0;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** __jhash_mix */
function mix(v: Words): void {
  let [a, b, c] = v;
  a = ((a - c) ^ rotate(c, 4)) | 0;
  c = (c + b) | 0;
  b = ((b - a) ^ rotate(a, 6)) | 0;
  a = (a + c) | 0;
  c = ((c - b) ^ rotate(b, 8)) | 0;
  b = (b + a) | 0;
  a = ((a - c) ^ rotate(c, 16)) | 0;
  c = (c + b) | 0;
  b = ((b - a) ^ rotate(a, 19)) | 0;
  a = (a + c) | 0;
  c = ((c - b) ^ rotate(b, 4)) | 0;
  b = (b + a) | 0;
  v.splice(0, 3, a, b, c);
}

/** __jhash_final */
function finish(v: Words): void {
  let [a, b, c] = v;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  v.splice(0, 3, a, b, c);
}
