/**
 * The seed of run `index` of a campaign: both numbers mixed to 32 bits (the finaliser of MurmurHash3, twice), so
 * that any run can be made again alone and neighbours share nothing. A negative result would be as good for
 * fast-check, but worse for readers.
 */
export function seedOf(seed: number, index: number): number {
  return mix(mix(seed) ^ Math.imul(index + 1, 0x9e3779b1));
}

function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
