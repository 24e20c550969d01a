/** include/linux/hash.h, GOLDEN_RATIO_32 */
const GOLDEN_RATIO_32 = 0x61c88647;

/** The kernel's multiplicative hash of a 32-bit number to so many bits (hash_32). */
export function hash32(value: number, bits: number): number {
  return Math.imul(value, GOLDEN_RATIO_32) >>> (32 - bits);
}
