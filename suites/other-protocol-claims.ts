import { BIASES, EVEN } from '../generators/bias.ts';
import { NAT_TARGETS } from '../spec/config/rules.ts';
import { asksForOthers, asksForStates, hasTarget, sends, sendsGre, sendsIpsec } from './claim-conditions.ts';
import type { ClaimRow } from './claim-row.ts';
import { MANY_CONNECTIONS } from './shapes.ts';

/** What is said of packets that are neither TCP, UDP, SCTP nor ICMP. */
export const OTHER_PROTOCOL_CLAIMS = [
  {
    id: 'ipvs/ipsec',
    says: "AH and ESP go where their client's ISAKMP went and back, by its connection, which they keep alive; they begin none.",
    source: { file: 'net/netfilter/ipvs/ip_vs_proto_ah_esp.c', symbol: 'ah_esp_conn_fill_param_proto' },
    bias: {
      ...EVEN,
      ...{ isakmp: 88, markServices: 12, tunnel: 15, besideServices: 5, persistence: 20, fragments: 15 },
      ...{ rules: 30, counting: 60, mtu: 15, timeoutEdges: 60 },
    },
    only: sendsIpsec,
  },
  {
    id: 'ipvs/ipsec-errors',
    says: 'An ICMP error about AH or ESP is translated as one about its ISAKMP would be, without a port.',
    source: { file: 'net/netfilter/ipvs/ip_vs_core.c', symbol: 'ip_vs_nat_icmp' },
    bias: {
      ...EVEN,
      ...{ isakmp: 95, markServices: 5, icmpErrors: 100, besideServices: 2, tunnel: 10, droute: 12 },
      ...{ rules: 15, commands: 10 },
    },
    only: (scenario) => sendsIpsec(scenario) && sends(scenario, 'icmp'),
  },
  {
    id: 'conntrack/other-protocols',
    says: 'Of protocols without ports conntrack knows two ends, of GRE its call too; one entry lives 600 s, that of GRE 30 s, or 180 s and ASSURED once it was answered.',
    source: { file: 'net/netfilter/nf_conntrack_proto_gre.c', symbol: 'nf_conntrack_gre_packet' },
    bias: {
      ...EVEN,
      others: 100,
      counting: 95,
      besideServices: 55,
      rules: 20,
      timeoutEdges: 60,
      commands: 10,
    },
    only: (scenario) => asksForStates(scenario) && sends(scenario, 'other'),
  },
  {
    id: 'forward/other-protocols',
    says: 'Of a protocol that it does not know the director says so; what is wrapped for a tunnel that it does not have finds no port; what is for multicast it hears in silence.',
    source: { file: 'net/ipv4/ip_input.c', symbol: 'ip_protocol_deliver_rcu' },
    bias: {
      ...EVEN,
      others: 100,
      besideServices: 45,
      icmpErrors: 30,
      fragments: 15,
      rules: 20,
      commands: 10,
    },
    only: (scenario) => sends(scenario, 'other'),
  },
  {
    id: 'rules/other-protocols',
    says: 'A rule for a protocol holds for its packets, later fragments among them, and for those alone.',
    source: { file: 'net/ipv4/netfilter/ip_tables.c', symbol: 'ip_packet_match' },
    bias: {
      ...BIASES.filterRules,
      others: 100,
      sctpServices: 15,
      besideServices: 40,
      marks: 40,
      fragments: 20,
    },
    only: (scenario) => asksForOthers(scenario) && (sends(scenario, 'other') || sends(scenario, 'sctp')),
  },
  {
    id: 'filter/reject-other-protocols',
    says: 'REJECT tells of AH, ESP and GRE whatever they carry, and of other protocols only what sums up as ICMP does.',
    source: { file: 'include/net/netfilter/nf_reject.h', symbol: 'nf_reject_verify_csum' },
    bias: { ...BIASES.filterRules, others: 100, besideServices: 50, counting: 20, commands: 10 },
    only: (scenario) => hasTarget(['REJECT'])(scenario) && sends(scenario, 'other'),
  },
  {
    id: 'rules/nat-other-protocols',
    says: 'NAT changes the addresses of any protocol, finds room for only one conversation between two of them, and loses GRE that is cut or of an unknown version.',
    source: { file: 'net/netfilter/nf_nat_proto.c', symbol: 'l4proto_manip_pkt' },
    bias: {
      ...BIASES.nat,
      ...{ others: 100, besideServices: 60, shortFlows: 60, udp: 20, echoes: 5, isakmp: 10, sctpServices: 0 },
    },
    size: MANY_CONNECTIONS,
    only: (scenario) => hasTarget(NAT_TARGETS)(scenario) && sendsGre(scenario),
  },
] as const satisfies readonly ClaimRow[];
