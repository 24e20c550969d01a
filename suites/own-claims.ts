import { BIASES, EVEN } from '../generators/bias.ts';
import { NAT_TARGETS } from '../spec/config/rules.ts';
import { isOwn } from '../spec/config/topology.ts';
import { BY_DIRECTOR, isPacket, type Scenario } from '../spec/scenario.ts';
import { asksForStates, hasMarks, hasTarget, servesLocally } from './claim-conditions.ts';
import type { ClaimRow } from './claim-row.ts';

/** What a program on the director says as one of the ends. */
const says =
  (end: 'client' | 'server') =>
  ({ timeline }: Scenario): boolean =>
    timeline.some((item) => isPacket(item) && item.from === end && item.by === BY_DIRECTOR);

/** It calls one of the director's own addresses: a service, or nobody. */
const callsOwn = ({ director: { topology }, flows, timeline }: Scenario): boolean =>
  timeline.some(
    (item) =>
      isPacket(item) &&
      item.from === 'client' &&
      item.by === BY_DIRECTOR &&
      isOwn(topology, flows[item.flow]!.service.address),
  );

/** What is said of packets that programs on the director send, which no link has brought. */
export const OWN_CLAIMS = [
  {
    id: 'ipvs/own-clients',
    says: 'A program on the director is a client like any other: what it sends is scheduled on its way out, and answers get the virtual address back on their way in.',
    source: { file: 'net/netfilter/ipvs/ip_vs_core.c', symbol: 'ip_vs_ops4, NF_INET_LOCAL_OUT' },
    bias: {
      ...EVEN,
      ...{ ownClients: 85, ownServers: 0, besideServices: 5, udp: 20, tunnel: 15, localNode: 10 },
    },
    only: callsOwn,
  },
  {
    id: 'ipvs/own-servers',
    says: 'What a real server on the director itself says leaves as the virtual service, whatever it says.',
    source: { file: 'net/netfilter/ipvs/ip_vs_core.c', symbol: 'ip_vs_out_hook, NF_INET_LOCAL_OUT' },
    bias: {
      ...EVEN,
      ...{
        ownServers: 85,
        ownClients: 5,
        localNode: 85,
        besideServices: 5,
        counting: 70,
        droute: 20,
        tunnel: 5,
      },
    },
    only: (scenario) => says('server')(scenario) && servesLocally(scenario),
  },
  {
    id: 'conntrack/own',
    says: 'What a program on the director says is tracked as it leaves, to the director itself once.',
    source: { file: 'net/netfilter/nf_conntrack_proto.c', symbol: 'ipv4_conntrack_local' },
    bias: {
      ...EVEN,
      ...{
        ownClients: 60,
        ownServers: 25,
        counting: 95,
        conntrack: 70,
        besideServices: 55,
        rules: 20,
        droute: 20,
      },
      ...{ echoes: 20, icmpErrors: 20, timeoutEdges: 60 },
    },
    only: (scenario) => asksForStates(scenario) && (says('client')(scenario) || says('server')(scenario)),
  },
  {
    id: 'rules/own-nat',
    says: 'OUTPUT of the table nat is for what the director itself begins, which goes where that says; what INPUT translates is for the director.',
    source: { file: 'net/netfilter/nf_nat_proto.c', symbol: 'nf_nat_ipv4_local_fn' },
    bias: { ...BIASES.nat, ...{ ownClients: 75, ownServers: 10, commands: 10 } },
    only: (scenario) => says('client')(scenario) && hasTarget(NAT_TARGETS)(scenario),
  },
  {
    id: 'rules/own-marks',
    says: 'What mangle changes of a packet of its own leads the director to route it anew.',
    source: { file: 'net/ipv4/netfilter/iptable_mangle.c', symbol: 'ipt_mangle_out' },
    bias: {
      ...BIASES.marks,
      ...{ ownClients: 75, routing: 60, markServices: 25, besideServices: 40, commands: 15 },
    },
    only: (scenario) => says('client')(scenario) && hasMarks(scenario),
  },
  {
    id: 'forward/own-mtu',
    says: 'A program may not send more than the link takes; what is too long for the way is cut, or its sender is told.',
    source: { file: 'net/ipv4/raw.c', symbol: 'raw_send_hdrinc' },
    bias: { ...BIASES.narrow, ...{ ownClients: 90, besideServices: 85, udp: 50, fragments: 20 } },
    only: says('client'),
  },
] as const satisfies readonly ClaimRow[];
