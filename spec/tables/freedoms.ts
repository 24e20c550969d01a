import type { Sourced } from './sourced.ts';

/**
 * What the reference leaves open: a field that a kernel may fill as it likes. The model names the row on each
 * frame concerned (`Emitted.open`); everything else is compared bit by bit. A row is no tolerance: it says why
 * nobody can know the value.
 */
export interface Freedom extends Sourced {
  readonly id: string;
  /**
   * The header field, as `wire/dissect` names it; the course that things take, of several that the reference names,
   * and it follows the one that was seen (`chance.ts`); or the rest of the scenario, which hangs on what the kernel
   * chose and nobody can see.
   */
  readonly field: 'ipv4.id' | 'inner.ipv4.id' | 'udp.sport' | 'course' | 'rest';
  readonly reason: string;
}

export const FREEDOMS = [
  {
    id: 'own-ip-id',
    field: 'ipv4.id',
    reason:
      'A packet that the director makes itself without DF gets its id from a table that is hashed with a boot-time secret and moves on with the clock.',
    source: { file: 'net/ipv4/route.c', symbol: '__ip_select_ident' },
  },
  {
    id: 'own-ip-id-inside',
    field: 'inner.ipv4.id',
    reason: 'The same of a packet of its own, an ICMP error for instance, that IPVS sends through a tunnel.',
    source: { file: 'net/ipv4/route.c', symbol: '__ip_select_ident' },
  },
  {
    id: 'gue-source-port',
    field: 'udp.sport',
    reason:
      'The outer source port of a tunnel by UDP is a hash of the inner packet, keyed with a boot-time secret: one for each flow, from the local port range.',
    source: { file: 'include/net/udp.h', symbol: 'udp_flow_src_port' },
  },
  {
    id: 'gue-port-asked',
    field: 'rest',
    reason:
      "A rule asks for the outer source port of a tunnel by UDP, which is anybody's guess (gue-source-port).",
    source: { file: 'include/net/udp.h', symbol: 'udp_flow_src_port' },
  },
  {
    id: 'nat-port',
    field: 'rest',
    reason:
      'Where the port that NAT would keep is taken, or it is told to keep none (--random), it picks one of several free ones by chance (get_random_u16). Every later packet of the connection has that port.',
    source: { file: 'net/netfilter/nf_nat_core.c', symbol: 'nf_nat_l4proto_unique_tuple' },
  },
  {
    id: 'twos-choice',
    field: 'course',
    reason:
      'The scheduler twos picks two dests by chance (get_random_u32_below) and takes the less busy one of them; both picks may be the same, so it may be any that is usable.',
    source: { file: 'net/netfilter/ipvs/ip_vs_twos.c', symbol: 'ip_vs_twos_schedule' },
  },
  {
    id: 'drop-entry',
    field: 'course',
    reason:
      'With drop_entry 3 each second ends connections in rows of the table that are picked by chance (get_random_u32), and which row one is in hangs on a boot-time secret. So each of those that may be ended may be gone.',
    source: { file: 'net/netfilter/ipvs/ip_vs_conn.c', symbol: 'ip_vs_random_dropentry' },
  },
  {
    id: 'nft-limit-tick',
    field: 'rest',
    reason:
      'nf_tables counts what a limit has won back in nanoseconds. Where it comes to within a jiffy of what a packet costs, what decides is how far into its jiffy the packet came.',
    source: { file: 'net/netfilter/nft_limit.c', symbol: 'nft_limit_eval' },
  },
  {
    id: 'nft-ports-inverted',
    field: 'rest',
    reason:
      "Of a rule that says ! --sport A ! --dport B iptables-nft 1.8.9 makes one comparison of both ports, which holds for whatever has not both, and 1.8.11 two, which hold for what has neither. What the tool wrote is not the kernel's doing, and which tool a director has nobody says.",
    source: { file: 'iptables/nft.c', symbol: 'add_nft_tcpudp' },
  },
  {
    id: 'locality-check',
    field: 'rest',
    reason:
      'What lblc and lblcr remember is checked for stale addresses at each thirtieth minute since the service was set up. When that was, before the scenario began, nobody sees: within a minute of the check an address may be forgotten already.',
    source: { file: 'net/netfilter/ipvs/ip_vs_lblc.c', symbol: 'ip_vs_lblc_check_expire' },
  },
] as const satisfies readonly Freedom[];

export type FreedomId = (typeof FREEDOMS)[number]['id'];
