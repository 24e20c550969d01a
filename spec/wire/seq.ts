/** Sequence numbers count modulo 2^32; which of two is earlier depends on the shorter way around (linux/tcp.h). */
export function before(a: number, b: number): boolean {
  return ((a - b) | 0) < 0;
}

export function after(a: number, b: number): boolean {
  return before(b, a);
}

/** A sum or difference of sequence numbers, brought back into 0 to 2^32-1. */
export function u32(value: number): number {
  return value >>> 0;
}
