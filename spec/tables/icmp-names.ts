import type { Sourced } from './sourced.ts';

interface IcmpName extends Sourced {
  /** As iptables names it where it does (libipt_icmp, ipt_REJECT). */
  readonly name: string;
  readonly type: number;
  readonly code: number;
}

const source = { file: 'include/uapi/linux/icmp.h', symbol: 'ICMP_DEST_UNREACH' };

/** The ICMP messages that a director answers with. */
export const ICMP_NAMES = [
  { name: 'net-unreachable', type: 3, code: 0, source },
  { name: 'host-unreachable', type: 3, code: 1, source },
  { name: 'proto-unreachable', type: 3, code: 2, source },
  { name: 'port-unreachable', type: 3, code: 3, source },
  { name: 'fragmentation-needed', type: 3, code: 4, source },
  { name: 'net-prohibited', type: 3, code: 9, source },
  { name: 'host-prohibited', type: 3, code: 10, source },
  { name: 'admin-prohibited', type: 3, code: 13, source },
  { name: 'host-redirect', type: 5, code: 1, source },
  { name: 'ttl-zero-during-transit', type: 11, code: 0, source },
  { name: 'ttl-zero-during-reassembly', type: 11, code: 1, source },
] as const satisfies readonly IcmpName[];
