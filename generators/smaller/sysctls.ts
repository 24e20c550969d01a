import { fewer, type Smaller } from './smaller.ts';

/** Sysctls are simpler when fewer are set; what value one has is left alone, since each means something. */
export const smallerSysctls: Smaller<Readonly<Record<string, number>>> = function* (sysctls) {
  for (const entries of fewer(Object.entries(sysctls))) yield Object.fromEntries(entries);
};
