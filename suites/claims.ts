import { BIASES, EVEN, type ScenarioBias } from '../generators/bias.ts';
import { scenario } from '../generators/scenario.ts';
import { SIZES, type Size } from '../generators/sizes.ts';
import type { Claim } from './claim.ts';

interface ClaimRow extends Omit<Claim, 'scenarios'> {
  readonly bias: ScenarioBias;
  readonly size?: Size;
}

/** One service that most flows go to: a scheduler shows its rule only over several connections. */
const MANY_CONNECTIONS: Size = {
  ...SIZES.standard,
  services: 1,
  flows: 12,
  turns: 2,
  accidents: 1,
  segments: 32,
};

/** Every claim, and so the suite's table of contents: what is said of each director, and the code that makes it true. */
const ROWS = [
  {
    id: 'ipvs/tcp-states',
    says: 'A connection walks through the TCP states of IPVS as its table says, seen from client, server and client alone.',
    source: { file: 'net/netfilter/ipvs/ip_vs_proto_tcp.c', symbol: 'tcp_states' },
    bias: BIASES.stateTables,
  },
  {
    id: 'ipvs/timeouts',
    says: 'A connection lives as long as its state allows, to the second, and is gone afterwards.',
    source: { file: 'net/netfilter/ipvs/ip_vs_proto_tcp.c', symbol: 'tcp_timeouts' },
    bias: { ...BIASES.expiry, conntrack: 20 },
  },
  {
    id: 'ipvs/schedulers',
    says: 'rr, wrr, lc and wlc choose the dest that their rule names, whatever happened to the dests before.',
    source: { file: 'net/netfilter/ipvs/ip_vs_sched.c', symbol: 'ip_vs_scheduler_get' },
    bias: BIASES.schedulers,
    size: MANY_CONNECTIONS,
  },
  {
    id: 'ipvs/weights',
    says: 'wrr and wlc share connections by weight, as it is when they come; weight 0 takes no new ones.',
    source: { file: 'net/netfilter/ipvs/ip_vs_wlc.c', symbol: 'ip_vs_wlc_schedule' },
    bias: { ...BIASES.schedulers, commands: 80 },
    size: MANY_CONNECTIONS,
    only: ({ director }) =>
      director.services.some(({ scheduler, dests }) => scheduler.startsWith('w') && dests.length > 1),
  },
  {
    id: 'ipvs/counters',
    says: 'ActiveConn and InActConn count the connections of a dest by their state, and never drift.',
    source: { file: 'net/netfilter/ipvs/ip_vs_proto_tcp.c', symbol: 'set_tcp_state' },
    bias: { ...BIASES.portReuse, timeoutEdges: 70, disorder: 50 },
  },
  {
    id: 'ipvs/masq',
    says: 'Masquerading rewrites addresses, ports and checksums both ways, and nothing else.',
    source: { file: 'net/netfilter/ipvs/ip_vs_xmit.c', symbol: 'ip_vs_nat_xmit' },
    bias: { ...EVEN, droute: 0, accidents: 80, damaged: 9 },
  },
  {
    id: 'ipvs/droute',
    says: 'Direct routing hands the packet on unchanged but for its link header.',
    source: { file: 'net/netfilter/ipvs/ip_vs_xmit.c', symbol: 'ip_vs_dr_xmit' },
    bias: { ...EVEN, droute: 100, accidents: 70, damaged: 6 },
  },
  {
    id: 'ipvs/edits',
    says: 'Adding, changing and deleting services and dests in mid-flow does to connections what the kernel does.',
    source: { file: 'net/netfilter/ipvs/ip_vs_ctl.c', symbol: 'do_ip_vs_set_ctl' },
    bias: BIASES.edits,
  },
  {
    id: 'conntrack/tcp-states',
    says: 'A tracked connection walks through the TCP states of conntrack as its table says.',
    source: { file: 'net/netfilter/nf_conntrack_proto_tcp.c', symbol: 'tcp_conntracks' },
    bias: { ...BIASES.stateTables, besideServices: 50 },
  },
  {
    id: 'conntrack/windows',
    says: 'A segment outside the window is INVALID, one at its edge is not.',
    source: { file: 'net/netfilter/nf_conntrack_proto_tcp.c', symbol: 'tcp_in_window' },
    bias: BIASES.windowTracking,
  },
  {
    id: 'conntrack/flags',
    says: 'A segment with flags that no honest peer sends together, or with a wrong checksum, is INVALID.',
    source: { file: 'net/netfilter/nf_conntrack_proto_tcp.c', symbol: 'tcp_error' },
    bias: {
      ...EVEN,
      wrongFlags: 12,
      accidents: 95,
      conntrack: 90,
      rules: 80,
      droute: 15,
      besideServices: 35,
      commands: 15,
    },
  },
  {
    id: 'conntrack/ipvs',
    says: 'net.ipv4.vs.conntrack decides whether conntrack keeps the entries of IPVS, and which tuples they show.',
    source: { file: 'net/netfilter/ipvs/ip_vs_nfct.c', symbol: 'ip_vs_update_conntrack' },
    bias: { ...BIASES.portReuse, rules: 70 },
  },
  {
    id: 'filter/verdicts',
    says: 'A packet meets the rules of filter in order, each match decides as its header says, each rule counts.',
    source: { file: 'net/ipv4/netfilter/ip_tables.c', symbol: 'ipt_do_table' },
    bias: BIASES.filterRules,
  },
  {
    id: 'filter/reject',
    says: 'REJECT answers with the reset or the ICMP error that it is told to send, byte for byte.',
    source: { file: 'net/ipv4/netfilter/nf_reject_ipv4.c', symbol: 'nf_send_reset' },
    bias: { ...BIASES.filterRules, besideServices: 40, accidents: 70 },
  },
  {
    id: 'forward/plain',
    says: 'What is not for IPVS is forwarded, answered or dropped as by any router.',
    source: { file: 'net/ipv4/ip_forward.c', symbol: 'ip_forward' },
    bias: BIASES.forwarding,
  },
] as const satisfies readonly ClaimRow[];

export type ClaimId = (typeof ROWS)[number]['id'];

export const CLAIMS: readonly Claim[] = ROWS.map(({ bias, size, ...claim }: ClaimRow) => ({
  ...claim,
  scenarios: scenario(bias, size),
}));

/** The claims whose id begins with one of the prefixes; all of them when there is none. */
export function claimsMatching(prefixes: readonly string[]): readonly Claim[] {
  if (prefixes.length === 0) return CLAIMS;
  return CLAIMS.filter(({ id }) => prefixes.some((prefix) => id.startsWith(prefix)));
}
