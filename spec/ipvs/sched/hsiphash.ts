const WORD = 64n;
const MASK = (1n << WORD) - 1n;

type State = [bigint, bigint, bigint, bigint];

/**
 * HSipHash of one 32-bit number on a 64-bit kernel: SipHash-1-3, of which the lower half is kept
 * (lib/siphash.c, hsiphash_1u32). `key` is each of the key's two words.
 */
export function hsiphash(value: number, key: number): number {
  const k = BigInt(key);
  const v: State = [
    0x736f6d6570736575n ^ k,
    0x646f72616e646f6dn ^ k,
    0x6c7967656e657261n ^ k,
    0x7465646279746573n ^ k,
  ];
  const block = (4n << 56n) | BigInt(value >>> 0);
  v[3] ^= block;
  round(v);
  v[0] ^= block;
  v[2] ^= 0xffn;
  for (let n = 0; n < 3; n++) round(v);
  return Number((v[0] ^ v[1] ^ v[2] ^ v[3]) & 0xffffffffn);
}

function rotate(word: bigint, bits: bigint): bigint {
  return ((word << bits) | (word >> (WORD - bits))) & MASK;
}

/** include/linux/siphash.h, SIPHASH_PERMUTATION */
function round(v: State): void {
  v[0] = (v[0] + v[1]) & MASK;
  v[1] = rotate(v[1], 13n) ^ v[0];
  v[0] = rotate(v[0], 32n);
  v[2] = (v[2] + v[3]) & MASK;
  v[3] = rotate(v[3], 16n) ^ v[2];
  v[0] = (v[0] + v[3]) & MASK;
  v[3] = rotate(v[3], 21n) ^ v[0];
  v[2] = (v[2] + v[1]) & MASK;
  v[1] = rotate(v[1], 17n) ^ v[2];
  v[2] = rotate(v[2], 32n);
}
