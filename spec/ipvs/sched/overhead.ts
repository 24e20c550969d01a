import type { Net } from '../../state.ts';
import type { IpVsDest } from '../types.ts';

/** How busy a dest is: an active connection weighs as much as 256 or 257 inactive ones (include/net/ip_vs.h). */
export function overhead(net: Net, { activeConns, totalConns }: IpVsDest): number {
  const others = net.kernel.has('overhead-counts-total') ? totalConns : totalConns - activeConns;
  return activeConns * 256 + others;
}
