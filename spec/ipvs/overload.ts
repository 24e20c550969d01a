import type { Net } from '../state.ts';
import { note } from '../trace-log.ts';
import type { IpVsDest, OverloadCause } from './types.ts';

/**
 * Whether a dest is full: from its upper threshold on, until it is below its lower one, which is three quarters of the
 * upper one when nobody set it (net/netfilter/ipvs/ip_vs_ctl.c, __ip_vs_dest_update_overload).
 */
export function updateOverload(net: Net, dest: IpVsDest, why: OverloadCause): void {
  const before = dest.overloaded;
  if (net.kernel.has('threshold-on-edit')) update(dest, why);
  else updateBefore(dest, why);
  if (dest.overloaded === before) return;
  note(
    net,
    'ipvs',
    'ip_vs_dest_update_overload',
    '',
    () => `the real server is ${before ? 'free again' : 'full'}`,
  );
}

/** Looks only when the count passes a threshold, as the kernel does: an edit may have moved that away in between. */
function update(dest: IpVsDest, why: OverloadCause): void {
  const { totalConns, upperThreshold: upper } = dest;
  const lower = lowerThreshold(dest);
  if (why === 'bind' && totalConns !== upper) return;
  if (why === 'unbind' && totalConns + 1 !== lower) return;
  if (upper !== 0 && totalConns >= (why === 'bind' ? lower : upper)) dest.overloaded = true;
  else if (upper === 0 || totalConns < (why === 'unbind' ? upper : lower)) dest.overloaded = false;
}

/** l_threshold_val */
function lowerThreshold({ upperThreshold: upper, lowerThreshold: lower }: IpVsDest): number {
  return lower || upper - (upper >> 2);
}

/** ip_vs_bind_dest, ip_vs_unbind_dest before the change; what an edit does there is done in ip_vs_ctl.c. */
function updateBefore(dest: IpVsDest, why: OverloadCause): void {
  const { totalConns, upperThreshold: upper, lowerThreshold: lower } = dest;
  if (why === 'bind' && upper !== 0 && totalConns >= upper) dest.overloaded = true;
  if (why !== 'unbind') return;
  if (lower !== 0 ? totalConns < lower : totalConns * 4 < upper * 3 || upper === 0) dest.overloaded = false;
}
