import { BIASES, EVEN } from '../generators/bias.ts';
import { scenario } from '../generators/scenario.ts';
import { SIZES } from '../generators/sizes.ts';
import type { Limits } from '../harness/play/seat.ts';
import { ANSWER_CLAIMS } from './answer-claims.ts';
import { BYPASS_CLAIMS } from './bypass-claims.ts';
import type { Claim } from './claim.ts';
import {
  editsThresholds,
  hasQuiescedDest,
  hasSysctl,
  sends,
  servesLocally,
  servesMarks,
  servesTunnels,
  servesUdp,
  switches,
  switchesInHandshake,
  usesScheduler,
} from './claim-conditions.ts';
import type { ClaimRow } from './claim-row.ts';
import { CONNTRACK_CLAIMS } from './conntrack-claims.ts';
import { FTP_CLAIMS } from './ftp-claims.ts';
import { NETWORK_CLAIMS } from './network-claims.ts';
import { OTHER_PROTOCOL_CLAIMS } from './other-protocol-claims.ts';
import { OWN_CLAIMS } from './own-claims.ts';
import { ROUTING_CLAIMS } from './routing-claims.ts';
import { RULE_CLAIMS } from './rule-claims.ts';
import { DEFENDED, LONG_TALKS, MANY_CONNECTIONS } from './shapes.ts';
import { isAboutIpvs, isPlayable, scenariosWithin } from './within-limits.ts';

/** Every claim, and so the suite's table of contents: what is said of each director, and the code that makes it true. */
const ROWS = [
  {
    id: 'ipvs/tcp-states',
    says: 'A connection walks through the TCP states of IPVS as its table says, seen from client, server and client alone.',
    source: { file: 'net/netfilter/ipvs/ip_vs_proto_tcp.c', symbol: 'tcp_states' },
    bias: { ...BIASES.stateTables, disorder: 95, conntrack: 25, besideServices: 2, defence: 0 },
    size: LONG_TALKS,
  },
  {
    id: 'ipvs/secure-tcp',
    says: 'Under secure_tcp connections walk through a table of its own.',
    source: { file: 'net/netfilter/ipvs/ip_vs_proto_tcp.c', symbol: 'tcp_states_dos' },
    bias: { ...DEFENDED, commands: 4 },
    size: LONG_TALKS,
    only: hasSysctl('net.ipv4.vs.secure_tcp', 3),
  },
  {
    id: 'ipvs/secure-tcp-switched',
    says: 'When secure_tcp is switched connections stay in the states that they are in, and go on by the other table.',
    source: { file: 'net/netfilter/ipvs/ip_vs_proto_tcp.c', symbol: 'tcp_timeout_change' },
    bias: {
      ...DEFENDED,
      ...{ commands: 96, droute: 14, portReuse: 0, ftp: 0, icmpErrors: 0, accidents: 0, rules: 0, marks: 0 },
    },
    size: { ...LONG_TALKS, flows: 3, interruptions: 14, segments: 40 },
    only: switchesInHandshake('net.ipv4.vs.secure_tcp', 0),
  },
  {
    id: 'ipvs/conntrack-switched',
    says: 'A connection is tracked, or not, as vs/conntrack was when it began.',
    source: { file: 'net/netfilter/ipvs/ip_vs_conn.c', symbol: 'ip_vs_conn_new, IP_VS_CONN_F_NFCT' },
    bias: {
      ...EVEN,
      ...{ commands: 96, counting: 95, portReuse: 60, conntrack: 60, droute: 30, tunnel: 25 },
      ...{ besideServices: 2, defence: 0, accidents: 15, rules: 15, shortFlows: 10 },
    },
    only: switches('net.ipv4.vs.conntrack'),
  },
  {
    id: 'ipvs/timeouts',
    says: 'A connection lives as long as its state allows, to the second, and is gone afterwards.',
    source: { file: 'net/netfilter/ipvs/ip_vs_proto_tcp.c', symbol: 'tcp_timeouts' },
    bias: { ...BIASES.expiry, conntrack: 20 },
  },
  {
    id: 'ipvs/schedulers',
    says: 'Each scheduler chooses the dest that its rule names, whatever happened to the dests before.',
    source: { file: 'net/netfilter/ipvs/ip_vs_sched.c', symbol: 'ip_vs_scheduler_get' },
    bias: BIASES.schedulers,
    size: MANY_CONNECTIONS,
  },
  {
    id: 'ipvs/weights',
    says: 'wrr and wlc share connections by weight, as it is when they come.',
    source: { file: 'net/netfilter/ipvs/ip_vs_wlc.c', symbol: 'ip_vs_wlc_schedule' },
    bias: { ...BIASES.schedulers, commands: 80 },
    size: MANY_CONNECTIONS,
    only: ({ director }) =>
      director.services.some(({ scheduler, dests }) => scheduler.startsWith('w') && dests.length > 1),
  },
  {
    id: 'ipvs/hashing',
    says: 'sh, mh and dh choose by the hash of the address, and with a flag by the port or past a resting dest.',
    source: { file: 'net/netfilter/ipvs/ip_vs_mh.c', symbol: 'ip_vs_mh_get' },
    bias: { ...BIASES.schedulers, commands: 90, hashing: 50 },
    size: MANY_CONNECTIONS,
    only: usesScheduler('sh', 'mh', 'dh'),
  },
  {
    id: 'ipvs/hashing-rest',
    says: 'A dest that rests keeps its place in the tables of sh, mh and dh: what hashes there is refused, or sent past it.',
    source: { file: 'net/netfilter/ipvs/ip_vs_mh.c', symbol: 'ip_vs_mh_get_fallback' },
    bias: { ...BIASES.schedulers, commands: 70, hashing: 80 },
    size: { ...MANY_CONNECTIONS, dests: 3 },
    only: (scenario) => usesScheduler('sh', 'mh', 'dh')(scenario) && hasQuiescedDest(scenario),
  },
  {
    id: 'ipvs/locality',
    says: 'lblc and lblcr send an address where it went before, until that dest is gone, rests or is too busy.',
    source: { file: 'net/netfilter/ipvs/ip_vs_lblc.c', symbol: 'ip_vs_lblc_schedule' },
    bias: { ...BIASES.schedulers, commands: 60, sysctls: 20 },
    size: { ...MANY_CONNECTIONS, flows: 18, segments: 48 },
    only: usesScheduler('lblc', 'lblcr'),
  },
  {
    id: 'ipvs/locality-forgets',
    says: 'Each half-hour lblc and lblcr forget whom nobody has called for their expiration, and no sooner.',
    source: { file: 'net/netfilter/ipvs/ip_vs_lblc.c', symbol: 'ip_vs_lblc_full_check' },
    bias: {
      ...BIASES.schedulers,
      ...{ locality: 85, sysctls: 0, timeoutEdges: 2, shortFlows: 80, accidents: 5, portReuse: 5 },
      ...{ rules: 5, marks: 3, udp: 2, udpServices: 2, echoes: 0, icmpErrors: 2, besideServices: 1 },
      ...{ persistence: 2, thresholds: 2 },
    },
    size: { ...MANY_CONNECTIONS, interruptions: 10, waitSeconds: 6000 },
    only: (scenario) =>
      usesScheduler('lblc', 'lblcr')(scenario) && hasSysctl('net.ipv4.vs.lblc_expiration', 30)(scenario),
  },
  {
    id: 'ipvs/two-choices',
    says: 'twos may pick any dest that has a weight and is not full, and picks no other.',
    source: { file: 'net/netfilter/ipvs/ip_vs_twos.c', symbol: 'ip_vs_twos_schedule' },
    bias: { ...BIASES.schedulers, twos: 85, thresholds: 70, commands: 75 },
    size: { ...MANY_CONNECTIONS, dests: 2 },
    only: usesScheduler('twos'),
    module: 'ip_vs_twos',
  },
  {
    id: 'ipvs/thresholds',
    says: 'A dest gets no new connections from its upper threshold on, until it has fewer than its lower one.',
    source: { file: 'net/netfilter/ipvs/ip_vs_ctl.c', symbol: '__ip_vs_dest_update_overload' },
    bias: { ...BIASES.schedulers, thresholds: 90, timeoutEdges: 80, commands: 50, persistence: 0 },
    size: { ...MANY_CONNECTIONS, dests: 2 },
  },
  {
    id: 'ipvs/threshold-edits',
    says: 'A dest is full, or no longer is, from an edit of its thresholds on, whether or not connections come and go.',
    source: { file: 'net/netfilter/ipvs/ip_vs_ctl.c', symbol: '__ip_vs_update_dest' },
    bias: {
      ...BIASES.schedulers,
      ...{ thresholds: 90, commands: 96, timeoutEdges: 20, persistence: 0, udp: 0, sctpServices: 0 },
      ...{ accidents: 2, portReuse: 5, rules: 2, icmpErrors: 2, echoes: 0, fragments: 0 },
    },
    size: { ...MANY_CONNECTIONS, dests: 2, interruptions: 14 },
    only: editsThresholds,
  },
  {
    id: 'ipvs/persistence',
    says: "A persistent service's template decides where a client's network goes, lives as long as it is told, and falls with its dest.",
    source: { file: 'net/netfilter/ipvs/ip_vs_core.c', symbol: 'ip_vs_sched_persist' },
    bias: { ...BIASES.schedulers, persistence: 100, timeoutEdges: 75, commands: 60, sysctls: 15 },
    size: { ...MANY_CONNECTIONS, services: 2, flows: 8 },
  },
  {
    id: 'ipvs/quiescent-templates',
    says: 'With expire_quiescent_template a template whose dest rests is given up, and its client goes elsewhere.',
    source: { file: 'net/netfilter/ipvs/ip_vs_conn.c', symbol: 'expire_quiescent_template' },
    bias: {
      ...BIASES.schedulers,
      persistence: 100,
      timeoutEdges: 5,
      commands: 90,
      sysctls: 0,
      portReuse: 0,
      disorder: 0,
    },
    size: { ...MANY_CONNECTIONS, dests: 2 },
    only: (scenario) =>
      scenario.director.sysctls['net.ipv4.vs.expire_quiescent_template'] === 1 && hasQuiescedDest(scenario),
  },
  {
    id: 'ipvs/service-lookup',
    says: 'A packet goes to the service of its port, else to one for FTP if it may be data, else to one for all ports.',
    source: { file: 'net/netfilter/ipvs/ip_vs_ctl.c', symbol: 'ip_vs_service_find' },
    bias: { ...BIASES.schedulers, persistence: 70, commands: 30, besideServices: 20 },
    only: ({ director }) => director.services.some(({ port }) => port === 0 || port === 21),
  },
  {
    id: 'ipvs/quiesced',
    says: 'A dest of weight 0 keeps the connections that it has and gets no new ones.',
    source: { file: 'net/netfilter/ipvs/ip_vs_core.c', symbol: 'ip_vs_schedule' },
    bias: { ...BIASES.schedulers, commands: 70, persistence: 55 },
    size: { ...MANY_CONNECTIONS, dests: 2 },
    only: hasQuiescedDest,
  },
  {
    id: 'ipvs/udp',
    says: 'A datagram finds its connection, which lives for a time after the last one, is never active, and leaves with a right checksum.',
    source: { file: 'net/netfilter/ipvs/ip_vs_proto_udp.c', symbol: 'udp_conn_schedule' },
    bias: { ...EVEN, udpServices: 85, timeoutEdges: 60, persistence: 20, commands: 40 },
    only: servesUdp,
  },
  {
    id: 'ipvs/one-packet',
    says: 'A one-packet service schedules each datagram by itself, keeps no connection and translates no answer.',
    source: { file: 'net/netfilter/ipvs/ip_vs_conn.c', symbol: 'ip_vs_conn_put' },
    bias: { ...BIASES.schedulers, udpServices: 100, persistence: 25, conntrack: 60, counting: 50 },
    size: { ...MANY_CONNECTIONS, services: 2 },
    only: ({ director }) => director.services.some(({ onePacket }) => onePacket),
  },
  {
    id: 'ipvs/fwmark',
    says: 'The mark that a packet has when IPVS sees it names its service before address and port do, whatever its protocol.',
    source: { file: 'net/netfilter/ipvs/ip_vs_ctl.c', symbol: '__ip_vs_svc_fwm_find' },
    bias: {
      ...EVEN,
      markServices: 75,
      persistence: 35,
      thresholds: 20,
      shortFlows: 40,
      marks: 20,
      commands: 40,
    },
    only: servesMarks,
  },
  {
    id: 'ipvs/sctp',
    says: 'An association walks through the SCTP states of IPVS by the first chunk of each packet, and is active while ESTABLISHED.',
    source: { file: 'net/netfilter/ipvs/ip_vs_proto_sctp.c', symbol: 'sctp_states' },
    bias: {
      ...BIASES.stateTables,
      sctpServices: 80,
      udpServices: 5,
      markServices: 5,
      disorder: 40,
      timeoutEdges: 60,
    },
    only: (scenario) => sends(scenario, 'sctp'),
  },
  {
    id: 'ipvs/drop-packet',
    says: 'With drop_packet 3 one of am_droprate packets that would be scheduled is dropped, the first one among them.',
    source: { file: 'include/net/ip_vs.h', symbol: 'ip_vs_todrop' },
    bias: { ...BIASES.schedulers, sysctls: 45, udpServices: 40 },
    size: MANY_CONNECTIONS,
    only: hasSysctl('net.ipv4.vs.drop_packet', 3),
  },
  {
    id: 'ipvs/drop-entry',
    says: 'With drop_entry 3 half-open connections, and idle ones of few packets, may go at any second; no others do, and what goes is missed nowhere.',
    source: { file: 'net/netfilter/ipvs/ip_vs_conn.c', symbol: 'ip_vs_random_dropentry' },
    bias: {
      ...BIASES.schedulers,
      sysctls: 45,
      udpServices: 35,
      shortFlows: 60,
      commands: 15,
      timeoutEdges: 60,
    },
    size: MANY_CONNECTIONS,
    only: hasSysctl('net.ipv4.vs.drop_entry', 3),
  },
  {
    id: 'ipvs/ignore-tunneled',
    says: 'With ignore_tunneled what IPVS does not balance counts as handled by it, from where it was left alone on.',
    source: { file: 'net/netfilter/ipvs/ip_vs_core.c', symbol: 'sysctl_ignore_tunneled' },
    bias: { ...EVEN, handled: 90, echoes: 80, tunnel: 40, besideServices: 40, commands: 15 },
    only: (scenario) => hasSysctl('net.ipv4.vs.ignore_tunneled', 1)(scenario) && sends(scenario, 'echo'),
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
    bias: { ...EVEN, droute: 0, tunnel: 0, accidents: 80, damaged: 9 },
  },
  {
    id: 'ipvs/droute',
    says: 'Direct routing hands the packet on unchanged but for its link header.',
    source: { file: 'net/netfilter/ipvs/ip_vs_xmit.c', symbol: 'ip_vs_dr_xmit' },
    bias: { ...EVEN, droute: 100, tunnel: 0, accidents: 70, damaged: 6 },
  },
  {
    id: 'ipvs/tunnel',
    says: 'Tunnelling wraps the packet for its real server with its own TTL and type of service, and with its DF if pmtu_disc is on; what does not fit then is refused, or cut.',
    source: { file: 'net/netfilter/ipvs/ip_vs_xmit.c', symbol: 'ip_vs_tunnel_xmit' },
    bias: BIASES.tunnels,
    only: servesTunnels,
  },
  {
    id: 'ipvs/local-node',
    says: 'A director that is its own real server keeps such packets, translated if it masquerades, and answers as the virtual service.',
    source: { file: 'net/netfilter/ipvs/ip_vs_xmit.c', symbol: '__ip_vs_get_out_rt' },
    bias: {
      ...EVEN,
      localNode: 100,
      tunnel: 15,
      udpServices: 40,
      besideServices: 2,
      rules: 20,
      counting: 70,
    },
    size: { ...MANY_CONNECTIONS, services: 2, dests: 2, flows: 4 },
    only: servesLocally,
  },
  {
    id: 'ipvs/unwanted-answers',
    says: 'With nat_icmp_send a real server that masquerades is told when nobody waits for what it sends; other packets of real servers are forwarded.',
    source: { file: 'net/netfilter/ipvs/ip_vs_core.c', symbol: 'ip_vs_out_hook' },
    bias: { ...BIASES.stateTables, disorder: 90, sysctls: 30, droute: 15, tunnel: 0, counting: 30 },
    only: hasSysctl('net.ipv4.vs.nat_icmp_send', 1),
  },
  {
    id: 'ipvs/edits',
    says: 'Adding, changing and deleting services and dests in mid-flow does to connections what the kernel does.',
    source: { file: 'net/netfilter/ipvs/ip_vs_ctl.c', symbol: 'do_ip_vs_set_ctl' },
    bias: BIASES.edits,
  },
  ...CONNTRACK_CLAIMS,
  ...ROUTING_CLAIMS,
  ...BYPASS_CLAIMS,
  ...ANSWER_CLAIMS,
  ...RULE_CLAIMS,
  ...FTP_CLAIMS,
  ...NETWORK_CLAIMS,
  ...OTHER_PROTOCOL_CLAIMS,
  ...OWN_CLAIMS,
] as const satisfies readonly ClaimRow[];

export type ClaimId = (typeof ROWS)[number]['id'];

export const CLAIMS: readonly Claim[] = ROWS.map(({ bias, size, ...claim }: ClaimRow) => ({
  ...claim,
  scenarios: scenario(bias, size),
}));

/** The claims whose id begins with one of the prefixes; all of them when there is none. */
export function claimsMatching(prefixes: readonly string[], claims = CLAIMS): readonly Claim[] {
  if (prefixes.length === 0) return claims;
  return claims.filter(({ id }) => prefixes.some((prefix) => id.startsWith(prefix)));
}

/** The claims about which directors with such limits can say something, and scenarios that they can play. */
export function claimsWithin(limits: Limits): readonly Claim[] {
  const rows: readonly ClaimRow[] = ROWS.filter((row) => limits.ipvs || !isAboutIpvs(row));
  return rows
    .map(({ bias, size = SIZES.standard, ...claim }) => ({
      ...claim,
      scenarios: scenariosWithin(limits, bias, size),
    }))
    .filter((claim) => limits.ipvs || isPlayable(claim));
}
