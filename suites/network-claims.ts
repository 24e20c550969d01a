import { BIASES, EVEN } from '../generators/bias.ts';
import { unusualMtu } from '../spec/config/topology.ts';
import {
  asksForFragments,
  asksForStates,
  beginsWithError,
  complainsBehindTunnel,
  hasFragments,
  hasSysctl,
  sends,
  setsOneOf,
} from './claim-conditions.ts';
import type { ClaimRow } from './claim-row.ts';
import { MANY_CONNECTIONS, MANY_PACKETS } from './shapes.ts';

/** What is said of every router, and of IPVS where it meets ICMP and fragments. */
export const NETWORK_CLAIMS = [
  {
    id: 'forward/plain',
    says: 'What is not for IPVS is forwarded, answered or dropped as by any router.',
    source: { file: 'net/ipv4/ip_forward.c', symbol: 'ip_forward' },
    bias: BIASES.forwarding,
  },
  {
    id: 'forward/mtu',
    says: 'A packet that does not fit into the next link is cut, or its sender is told the MTU when it must not be.',
    source: { file: 'net/ipv4/ip_output.c', symbol: 'ip_do_fragment' },
    bias: BIASES.narrow,
    only: ({ director }) => Object.keys(unusualMtu(director.topology)).length > 0,
  },
  {
    id: 'forward/sources',
    says: 'Sysctls rp_filter and accept_local decide which sources a packet may have on the wire that it comes by.',
    source: { file: 'net/ipv4/fib_frontend.c', symbol: 'fib_validate_source' },
    bias: BIASES.sources,
    only: setsOneOf('rp_filter', 'accept_local'),
  },
  {
    id: 'forward/one-armed',
    says: 'Where clients and real servers share a network, packets leave by the device that they came in by, translated as ever.',
    source: { file: 'net/ipv4/ip_forward.c', symbol: 'ip_forward' },
    bias: { ...EVEN, oneArmed: 100, besideServices: 5, sources: 30, droute: 25, tunnel: 15, commands: 15 },
    only: ({ director }) =>
      director.services.some(({ dests }) =>
        dests.some(({ address }) =>
          director.topology.hosts.some((host) => host.link === 'client' && host.address === address),
        ),
      ),
  },
  {
    id: 'forward/redirects',
    says: 'With send_redirects a neighbour is told of a shorter way, ever less often while it takes no notice.',
    source: { file: 'net/ipv4/route.c', symbol: 'ip_rt_send_redirect' },
    bias: { ...BIASES.sources, besideServices: 85, astray: 25, timeoutEdges: 20 },
    only: setsOneOf('send_redirects'),
  },
  {
    id: 'fragments/reassembly',
    says: 'Fragments become one packet before conntrack, IPVS or the director itself look at it; what contradicts itself is dropped.',
    source: { file: 'net/ipv4/ip_fragment.c', symbol: 'ip_frag_queue' },
    bias: BIASES.fragments,
    size: MANY_PACKETS,
    only: hasFragments,
  },
  {
    id: 'fragments/output',
    says: 'A packet that came in fragments leaves in fragments, none larger than they were nor than its way takes.',
    source: { file: 'net/ipv4/ip_output.c', symbol: 'ip_do_fragment' },
    bias: { ...BIASES.fragments, mtu: 60, counting: 50, icmpErrors: 10, timeoutEdges: 20 },
    size: MANY_PACKETS,
    only: hasFragments,
  },
  {
    id: 'fragments/timeouts',
    says: 'Fragments wait for the others for 30 s, or as long as they are told; then whoever sent the first one hears of it.',
    source: { file: 'net/ipv4/ip_fragment.c', symbol: 'ip_expire' },
    bias: { ...BIASES.fragments, timeoutEdges: 90, commands: 5, sysctls: 15 },
    size: { ...MANY_PACKETS, interruptions: 12 },
    only: (scenario) => hasFragments(scenario) && sends(scenario, 'wait'),
  },
  {
    id: 'fragments/rules',
    says: 'Where nothing tracks connections rules see each fragment: only -f asks for it, and only the first has ports.',
    source: { file: 'net/ipv4/netfilter/ip_tables.c', symbol: 'ip_packet_match' },
    bias: { ...BIASES.fragments, rules: 100, counting: 0, marks: 0, besideServices: 70, conntrack: 10 },
    size: MANY_PACKETS,
    only: (scenario) => hasFragments(scenario) && !asksForStates(scenario) && asksForFragments(scenario),
  },
  {
    id: 'icmp/ipvs',
    says: 'An ICMP error about a connection is translated both ways and reaches the one who sent the quoted packet.',
    source: { file: 'net/netfilter/ipvs/ip_vs_core.c', symbol: 'ip_vs_in_icmp' },
    bias: { ...BIASES.icmpErrors, udp: 0, besideServices: 5 },
    only: (scenario) => sends(scenario, 'icmp'),
  },
  {
    id: 'icmp/tunnels',
    says: 'An ICMP error about a packet within a tunnel is told to the client, as if the director had met it; what it says of the MTU is heeded.',
    source: { file: 'net/netfilter/ipvs/ip_vs_core.c', symbol: 'ip_vs_in_icmp' },
    bias: {
      ...BIASES.tunnels,
      icmpErrors: 100,
      disorder: 5,
      shortFlows: 0,
      accidents: 5,
      rules: 20,
      droute: 0,
    },
    size: { ...MANY_PACKETS, services: 1 },
    only: complainsBehindTunnel,
  },
  {
    id: 'icmp/schedule',
    says: 'With schedule_icmp an ICMP error about what a virtual service said without a connection gets one, and a real server.',
    source: { file: 'net/netfilter/ipvs/ip_vs_core.c', symbol: 'ip_vs_try_to_schedule' },
    bias: {
      ...BIASES.icmpErrors,
      ...{ icmpErrors: 100, disorder: 100, sysctls: 30, besideServices: 0, rules: 5, udp: 0, commands: 5 },
      ...{ nat: 0, astray: 0, fragments: 0, sources: 0, accidents: 0, mtu: 0, defence: 50, shortFlows: 0 },
      ...{
        udpServices: 10,
        sctpServices: 3,
        markServices: 5,
        ftp: 3,
        echoes: 0,
        timeoutEdges: 25,
        droute: 32,
        tunnel: 3,
      },
    },
    size: { ...MANY_CONNECTIONS, flows: 16, turns: 1, segments: 48 },
    only: (scenario) => beginsWithError(scenario) && hasSysctl('net.ipv4.vs.schedule_icmp', 1)(scenario),
  },
  {
    id: 'icmp/related',
    says: 'An ICMP error is RELATED to the conversation that it quotes, if it is sent to one of its ends, else INVALID.',
    source: { file: 'net/netfilter/nf_conntrack_proto_icmp.c', symbol: 'nf_conntrack_inet_error' },
    bias: { ...BIASES.icmpErrors, udp: 30, besideServices: 60, counting: 90 },
    only: (scenario) => asksForStates(scenario) && sends(scenario, 'icmp'),
  },
  {
    id: 'icmp/echo',
    says: 'The director answers pings to all of its addresses, virtual ones too, and forwards others.',
    source: { file: 'net/ipv4/icmp.c', symbol: 'icmp_echo' },
    bias: { ...EVEN, echoes: 90, besideServices: 40 },
    only: (scenario) => sends(scenario, 'echo'),
  },
] as const satisfies readonly ClaimRow[];
