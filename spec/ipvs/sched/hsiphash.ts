/**
 * HSipHash of one 32-bit number on a 64-bit kernel: SipHash-1-3, of which the lower half is kept
 * (lib/siphash.c, hsiphash_1u32). `key` is each of the key's two words, of which only the lower half is set.
 */
export function hsiphash(value: number, key: number): number {
  const v = [
    ...[0x70736575 ^ key, 0x736f6d65, 0x6e646f6d ^ key, 0x646f7261],
    ...[0x6e657261 ^ key, 0x6c796765, 0x79746573 ^ key, 0x74656462],
  ];
  v[V3]! ^= value;
  v[V3 + HIGH]! ^= VALUE_BYTES << 24;
  round(v);
  v[V0]! ^= value;
  v[V0 + HIGH]! ^= VALUE_BYTES << 24;
  v[V2]! ^= 0xff;
  for (let n = 0; n < 3; n++) round(v);
  return (v[V0]! ^ v[V1]! ^ v[V2]! ^ v[V3]!) >>> 0;
}

/** Where each 64-bit word of the state begins: its lower half, behind which is the higher. */
const [V0, V1, V2, V3, HIGH] = [0, 2, 4, 6, 1] as const;
const VALUE_BYTES = 4;

/** include/linux/siphash.h, SIPHASH_PERMUTATION */
function round(v: number[]): void {
  add(v, V0, V1);
  rotate(v, V1, 13);
  xor(v, V1, V0);
  swap(v, V0);
  add(v, V2, V3);
  rotate(v, V3, 16);
  xor(v, V3, V2);
  add(v, V0, V3);
  rotate(v, V3, 21);
  xor(v, V3, V0);
  add(v, V2, V1);
  rotate(v, V1, 17);
  xor(v, V1, V2);
  swap(v, V2);
}

function add(v: number[], to: number, from: number): void {
  const low = (v[to]! >>> 0) + (v[from]! >>> 0);
  v[to] = low | 0;
  v[to + HIGH] = (v[to + HIGH]! + v[from + HIGH]! + (low > 0xffffffff ? 1 : 0)) | 0;
}

function xor(v: number[], to: number, from: number): void {
  v[to]! ^= v[from]!;
  v[to + HIGH]! ^= v[from + HIGH]!;
}

/** To the left, by fewer than 32 bits. */
function rotate(v: number[], at: number, bits: number): void {
  const low = v[at]!;
  const high = v[at + HIGH]!;
  v[at] = (low << bits) | (high >>> (32 - bits));
  v[at + HIGH] = (high << bits) | (low >>> (32 - bits));
}

/** A rotation by 32 bits. */
function swap(v: number[], at: number): void {
  const low = v[at]!;
  v[at] = v[at + HIGH]!;
  v[at + HIGH] = low;
}
