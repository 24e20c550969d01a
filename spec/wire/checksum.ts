/** The Internet checksum (RFC 1071) and its incremental update (RFC 1624). Sums are unfolded until `fold`. */

/** Sum of 16-bit big-endian words of `bytes`, an odd last byte padded with zero; add sums before folding. */
export function sumWords(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let sum = 0;
  const even = end - ((end - start) & 1);
  for (let at = start; at < even; at += 2) sum += (bytes[at]! << 8) | bytes[at + 1]!;
  if (even < end) sum += bytes[even]! << 8;
  return sum;
}

/** Folds a sum to 16 bits and complements it: what goes into the header. */
export function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return ~folded & 0xffff;
}

/** The checksum after 32 bits of what it covers changed; a wrong one stays wrong by as much (RFC 1624, eqn 3). */
export function replace32(checksum: number, from: number, to: number): number {
  return replace16(replace16(checksum, from >>> 16, to >>> 16), from & 0xffff, to & 0xffff);
}

export function replace16(checksum: number, from: number, to: number): number {
  return fold((~checksum & 0xffff) + (~from & 0xffff) + to);
}
