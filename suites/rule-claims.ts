import { BIASES, EVEN } from '../generators/bias.ts';
import { NAT_TARGETS, type Table, type Target } from '../spec/config/rules.ts';
import {
  asksConnections,
  hasMarks,
  hasMatch,
  hasNftRules,
  hasNotrack,
  hasTarget,
  rejectsIn,
  sends,
  servesTunnels,
} from './claim-conditions.ts';
import type { ClaimRow } from './claim-row.ts';
import { MANY_CONNECTIONS } from './shapes.ts';

/** Some rule marks connections where others assign a helper. */
const marksTemplates = ({ name, chains }: Table): boolean => {
  const targets = chains.flatMap(({ rules }) => rules.flatMap(({ target }) => target ?? []));
  const isHelper = (target: Target) => target.kind === 'CT' && 'helper' in target;
  return name === 'raw' && targets.some(isHelper) && targets.some(({ kind }) => kind === 'CONNMARK');
};

/** What is said of the tables of iptables, their matches and their targets. */
export const RULE_CLAIMS = [
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
    id: 'filter/reject-wrapped',
    says: 'Of what OUTPUT rejects after it was wrapped REJECT tells, as far as it is known to have come whole.',
    source: { file: 'include/net/netfilter/nf_reject.h', symbol: 'nf_reject_verify_csum' },
    bias: { ...BIASES.tunnels, rules: 100, counting: 85, icmpErrors: 10, marks: 5 },
    only: (scenario) => servesTunnels(scenario) && rejectsIn('OUTPUT')(scenario),
  },
  {
    id: 'rules/marks',
    says: 'MARK and CONNMARK change the bits that they name of packets and connections, where their table stands on the way.',
    source: { file: 'net/netfilter/xt_connmark.c', symbol: 'connmark_tg_shift' },
    bias: BIASES.marks,
    only: hasMarks,
  },
  {
    id: 'rules/connections',
    says: 'Rules that ask for tuples, status, direction or IPVS connection of a packet see those of its entry.',
    source: { file: 'net/netfilter/xt_conntrack.c', symbol: 'conntrack_mt' },
    bias: { ...EVEN, rules: 100, marks: 30, conntrack: 90, droute: 15, besideServices: 8, counting: 20 },
    only: asksConnections,
  },
  {
    id: 'rules/headers',
    says: 'Rules that ask for length, TTL or ranges of addresses see the packet as it is in their chain.',
    source: { file: 'net/netfilter/xt_hl.c', symbol: 'ttl_mt' },
    bias: { ...BIASES.filterRules, rules: 100, marks: 40, droute: 30 },
    only: hasMatch(['length', 'ttl', 'iprange', 'comment']),
  },
  {
    id: 'rules/protocols',
    says: 'Rules that ask for ports of UDP, ICMP messages or kinds of addresses hold for those alone.',
    source: { file: 'net/netfilter/xt_addrtype.c', symbol: 'addrtype_mt_v1' },
    bias: { ...BIASES.filterRules, udp: 45, echoes: 40, icmpErrors: 40, marks: 25 },
    only: hasMatch(['udp', 'icmp', 'addrtype']),
  },
  {
    id: 'rules/limit',
    says: 'A rule with a limit holds for its burst, then for as many packets as its rate has won back, to the jiffy.',
    source: { file: 'net/netfilter/xt_limit.c', symbol: 'limit_mt' },
    bias: { ...BIASES.filterRules, counting: 0, timeoutEdges: 10, commands: 10 },
    only: hasMatch(['limit']),
  },
  {
    id: 'rules/tos',
    says: 'TOS and DSCP change the bits of the header that they name, and rules behind them see that.',
    source: { file: 'net/netfilter/xt_DSCP.c', symbol: 'tos_tg' },
    bias: { ...BIASES.marks, rules: 80 },
    only: (scenario) => hasMatch(['tos', 'dscp'])(scenario) || hasTarget(['TOS', 'DSCP'])(scenario),
  },
  {
    id: 'rules/mss',
    says: 'TCPMSS makes the MSS of a SYN smaller, never larger, and adds one where there is none.',
    source: { file: 'net/netfilter/xt_TCPMSS.c', symbol: 'tcpmss_mangle_packet' },
    bias: { ...BIASES.marks, rules: 60, shortFlows: 50, mtu: 30 },
    only: (scenario) => hasMatch(['tcpmss'])(scenario) || hasTarget(['TCPMSS'])(scenario),
  },
  {
    id: 'rules/security',
    says: 'Table security has its say after filter and before IPVS.',
    source: { file: 'net/ipv4/netfilter/iptable_security.c', symbol: 'security_table' },
    bias: { ...BIASES.filterRules, commands: 30 },
    only: ({ director }) => director.rules.tables.some(({ name }) => name === 'security'),
  },
  {
    id: 'rules/notrack',
    says: 'What raw exempts from tracking is UNTRACKED, and leaves no trace in the connection table.',
    source: { file: 'net/netfilter/xt_CT.c', symbol: 'xt_ct_target' },
    bias: { ...BIASES.marks, counting: 90 },
    only: hasNotrack,
  },
  {
    id: 'rules/template-mark',
    says: 'Behind the rule that assigns a helper CONNMARK marks what that rule gives to packets, which keeps the mark for all of them until legacy iptables loads the table anew; connections get none of it.',
    source: { file: 'net/netfilter/xt_CT.c', symbol: 'xt_ct_tg_check' },
    bias: { ...BIASES.ftp, nft: 40, counting: 40, rules: 15, commands: 30 },
    only: ({ director }) => director.rules.tables.some(marksTemplates),
  },
  {
    id: 'rules/nft',
    says: 'Rules that iptables-nft has written into nf_tables decide and count as in the legacy tables, but for what lacks ports, for limits, and for what a command does to the rest of its table.',
    source: { file: 'net/netfilter/nft_compat.c', symbol: 'nft_target_eval_xt' },
    bias: {
      ...EVEN,
      ...{ nft: 100, rules: 100, marks: 35, nat: 25, fragments: 70, commands: 25, counting: 30 },
    },
    only: hasNftRules,
  },
  {
    id: 'rules/nat',
    says: 'Table nat decides once for a connection which ends of its packets change; each packet and each error about one is translated so, and answers back.',
    source: { file: 'net/netfilter/nf_nat_core.c', symbol: 'nf_nat_inet_fn' },
    bias: BIASES.nat,
    only: hasTarget(NAT_TARGETS),
  },
  {
    id: 'rules/nat-ipvs',
    says: 'What table nat translates IPVS sees translated, and what IPVS sends on table nat may translate once more.',
    source: { file: 'net/netfilter/ipvs/ip_vs_nfct.c', symbol: 'ip_vs_update_conntrack' },
    bias: { ...BIASES.nat, besideServices: 20, udp: 0, conntrack: 80, droute: 20, shortFlows: 40 },
    size: { ...MANY_CONNECTIONS, services: 2, flows: 8 },
    only: hasTarget(NAT_TARGETS),
  },
  {
    id: 'rules/nat-sctp',
    says: 'NAT gives a packet of SCTP other ports as one of TCP, and a checksum made anew, whichever it came with.',
    source: { file: 'net/netfilter/nf_nat_proto.c', symbol: 'sctp_manip_pkt' },
    bias: {
      ...BIASES.nat,
      ...{ sctpServices: 90, udpServices: 2, markServices: 2, udp: 2, conntrack: 85, droute: 10, others: 0 },
      ...{ besideServices: 20, icmpErrors: 40, isakmp: 0, ftp: 0 },
    },
    only: (scenario) => hasTarget(NAT_TARGETS)(scenario) && sends(scenario, 'sctp'),
  },
] as const satisfies readonly ClaimRow[];
