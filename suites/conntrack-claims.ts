import { BIASES, EVEN } from '../generators/bias.ts';
import { asksForStates, deletesEntries, hasOddFlags, sends, sendsHeartbeats } from './claim-conditions.ts';
import type { ClaimRow } from './claim-row.ts';
import { LONG_TALKS, ODD_FLAGS_ONLY } from './shapes.ts';

/** What is said of connection tracking, on a director with rules that ask for it. */
export const CONNTRACK_CLAIMS = [
  {
    id: 'conntrack/tcp-states',
    says: 'A tracked connection walks through the TCP states of conntrack as its table says.',
    source: { file: 'net/netfilter/nf_conntrack_proto_tcp.c', symbol: 'tcp_conntracks' },
    bias: {
      ...BIASES.stateTables,
      ...{
        besideServices: 60,
        conntrack: 90,
        counting: 90,
        droute: 8,
        tunnel: 2,
        disorder: 95,
        defence: 0,
        accidents: 8,
      },
    },
    size: LONG_TALKS,
  },
  {
    id: 'conntrack/windows',
    says: 'A segment outside the window is INVALID, one at its edge is not.',
    source: { file: 'net/netfilter/nf_conntrack_proto_tcp.c', symbol: 'tcp_in_window' },
    bias: BIASES.windowTracking,
  },
  {
    id: 'conntrack/flags',
    says: 'A segment with flags that no honest peer sends together is INVALID, and changes nothing.',
    source: { file: 'net/netfilter/nf_conntrack_proto_tcp.c', symbol: 'tcp_error' },
    bias: ODD_FLAGS_ONLY,
    only: (scenario) => asksForStates(scenario) && hasOddFlags(scenario),
  },
  {
    id: 'conntrack/ipvs',
    says: 'net.ipv4.vs.conntrack decides whether conntrack keeps the entries of IPVS, and which tuples they show.',
    source: { file: 'net/netfilter/ipvs/ip_vs_nfct.c', symbol: 'ip_vs_update_conntrack' },
    bias: { ...BIASES.portReuse, rules: 70 },
  },
  {
    id: 'conntrack/deleted',
    says: 'An entry that an administrator deletes is gone, with what it has announced; its connection of IPVS goes on, and its next packet begins another entry, or is INVALID.',
    source: { file: 'net/netfilter/nf_conntrack_netlink.c', symbol: 'ctnetlink_del_conntrack' },
    bias: {
      ...EVEN,
      ...{ forgets: 80, commands: 90, counting: 90, conntrack: 85, besideServices: 20, ftp: 15, nat: 25 },
      ...{ rules: 15, accidents: 15, timeoutEdges: 15 },
    },
    only: (scenario) => asksForStates(scenario) && deletesEntries(scenario),
  },
  {
    id: 'conntrack/udp',
    says: 'A UDP entry lives 30 s, 120 s and ASSURED once both sides have talked for more than two seconds.',
    source: { file: 'net/netfilter/nf_conntrack_proto_udp.c', symbol: 'nf_conntrack_udp_packet' },
    bias: BIASES.datagrams,
    only: (scenario) => asksForStates(scenario) && sends(scenario, 'datagram'),
  },
  {
    id: 'conntrack/icmp',
    says: 'A ping is tracked by its identifier for 30 s; an answer that nobody asked for is INVALID.',
    source: { file: 'net/netfilter/nf_conntrack_proto_icmp.c', symbol: 'nf_conntrack_icmp_packet' },
    bias: { ...BIASES.datagrams, echoes: 90, udp: 30 },
    only: (scenario) => asksForStates(scenario) && sends(scenario, 'echo'),
  },
  {
    id: 'conntrack/sctp',
    says: 'Conntrack follows an association by its chunks, and takes none with a tag that nobody chose.',
    source: { file: 'net/netfilter/nf_conntrack_proto_sctp.c', symbol: 'nf_conntrack_sctp_packet' },
    bias: { ...EVEN, sctpServices: 80, udpServices: 5, counting: 90, conntrack: 80, rules: 20 },
    only: (scenario) => asksForStates(scenario) && sends(scenario, 'sctp'),
  },
  {
    id: 'conntrack/sctp-heartbeats',
    says: 'A heartbeat opens an entry on a path of its own, and its answer makes that established; one with a tag that nobody knows changes nothing until it is answered.',
    source: { file: 'net/netfilter/nf_conntrack_proto_sctp.c', symbol: 'SCTP_FLAG_HEARTBEAT_VTAG_FAILED' },
    bias: {
      ...EVEN,
      ...{ sctpServices: 90, udpServices: 5, besideServices: 45, counting: 90, conntrack: 80, rules: 20 },
      ...{ disorder: 10, commands: 10 },
    },
    only: (scenario) => asksForStates(scenario) && sendsHeartbeats(scenario),
  },
] as const satisfies readonly ClaimRow[];
