import type { IpVsDest } from '../types.ts';

/** Whether a dest may get a new connection: it has a weight, and its upper threshold is not reached. */
export function isUsable({ weight, overloaded }: IpVsDest): boolean {
  return weight > 0 && !overloaded;
}
