import type { IpVsDest } from '../types.ts';

/**
 * The dest with the least load per weight, the first of equals. Loads are compared as products, since the kernel has
 * no fractions (net/netfilter/ipvs/ip_vs_wlc.c, ip_vs_wlc_schedule; ip_vs_sed.c and others likewise).
 */
export function leastLoaded(
  usable: readonly IpVsDest[],
  load: (dest: IpVsDest) => number,
): IpVsDest | undefined {
  return usable.reduce<IpVsDest | undefined>(
    (least, dest) => (!least || load(least) * dest.weight > load(dest) * least.weight ? dest : least),
    undefined,
  );
}
