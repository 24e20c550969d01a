import { BIASES, type ScenarioBias } from '../generators/bias.ts';
import { SIZES, type Size } from '../generators/sizes.ts';
import type { Scenario } from '../spec/scenario.ts';
import { prefixMask } from '../spec/wire/address.ts';
import { SYN } from '../spec/wire/tcp.ts';
import {
  addedRoutes,
  bringsMarksHome,
  hasNotrack,
  hasSysctl,
  isOwn,
  routingRules,
  servesMarks,
} from './claim-conditions.ts';
import type { ClaimRow } from './claim-row.ts';
import { MANY_CONNECTIONS } from './shapes.ts';

/** A service for marks has nobody who could serve. */
const servesNobody = ({ director }: Scenario): boolean =>
  director.services.some(
    ({ protocol, dests }) => protocol === 'fwm' && dests.every(({ weight }) => weight === 0),
  );

/** Somebody begins to talk to one who is not the director, over TCP. */
const callsOthers = ({ director: { topology }, flows, timeline }: Scenario): boolean =>
  Object.entries(flows).some(([name, { protocol, service }]) => {
    const first = timeline.find((item) => 'flow' in item && item.flow === name);
    return (
      protocol === 'tcp' &&
      !isOwn(topology, service.address) &&
      first?.kind === 'segment' &&
      first.from === 'client' &&
      (first.flags & SYN) !== 0
    );
  });

/** What cache_bypass is for. */
const bypasses = (scenario: Scenario): boolean =>
  hasSysctl('net.ipv4.vs.cache_bypass', 1)(scenario) &&
  bringsMarksHome(scenario) &&
  servesNobody(scenario) &&
  callsOthers(scenario);

const ONE_SERVICE: Size = { ...SIZES.standard, services: 1, dests: 1, segments: 24 };

const BYPASSED: ScenarioBias = {
  ...BIASES.routing,
  ...{ routing: 10, markServices: 100, besideServices: 2, marks: 60, commands: 50, counting: 90, rules: 10 },
  ...{
    bypass: 80,
    broughtHome: 60,
    portReuse: 50,
    udp: 5,
    persistence: 2,
    astray: 0,
    sources: 5,
    localNode: 0,
    oneArmed: 0,
    conntrack: 35,
    disorder: 5,
    accidents: 10,
  },
};

/** Rules for packets of a virtual address, which answers become. */
const rulesForAnswers = (scenario: Scenario) =>
  routingRules(scenario).filter(({ from }) =>
    scenario.director.topology.vips.some(({ address }) => address === from?.address),
  );

/** Packets of a virtual address have a table of their own. */
const leadsAnswers = (scenario: Scenario): boolean => rulesForAnswers(scenario).length > 0;

/** The sender hears of it. */
const refuses = (what: unknown): boolean => what === 'unreachable' || what === 'prohibit';

/** No way leads from a virtual address to anywhere. */
const holdsAnswers = (scenario: Scenario): boolean =>
  rulesForAnswers(scenario).some(({ action }) =>
    typeof action === 'string'
      ? refuses(action)
      : addedRoutes(scenario).some(
          ({ table, type, prefix }) => table === action.table && refuses(type) && prefix.length === 0,
        ),
  );

/** What mangle marks in OUTPUT, unless it asks for more than a port, has a rule that knows the mark. */
const leadsMarksOfOutput = (scenario: Scenario): boolean => {
  const led = routingRules(scenario).flatMap(({ mark }) => (mark ? [mark.value] : []));
  const mangle = scenario.director.rules.tables.filter(({ name }) => name === 'mangle');
  const output = mangle.flatMap(({ chains }) => chains.filter(({ name }) => name === 'OUTPUT'));
  return output.some(({ rules }) =>
    rules.some(
      ({ matches, target }) =>
        matches.length <= 1 && target?.kind === 'MARK' && led.some((value) => value === target.value),
    ),
  );
};

/** What the director answers in the name of a service without real servers goes where no client is. */
const answersNobody = (scenario: Scenario): boolean => {
  const { director, flows } = scenario;
  const lost = addedRoutes(scenario).filter(
    ({ type, via, device }) => type === 'unicast' && via === undefined && device === 'eth1',
  );
  return (
    hasSysctl('net.ipv4.vs.schedule_icmp', 1)(scenario) &&
    director.services.some(({ protocol, dests }) => protocol === 'tcp' && dests.length === 0) &&
    Object.values(flows).some(({ client }) =>
      lost.some(({ prefix: { address, length } }) => (client.address & prefixMask(length)) >>> 0 === address),
    )
  );
};

/** What is said of directors whose routes do not follow from their links alone. */
export const ROUTING_CLAIMS = [
  {
    id: 'routing/rules',
    says: 'Rules choose by mark, addresses and device in which table the way of a packet is looked for.',
    source: { file: 'net/ipv4/fib_rules.c', symbol: 'fib4_rule_match' },
    bias: BIASES.routing,
    only: (scenario) => routingRules(scenario).length > 0,
  },
  {
    id: 'routing/refused',
    says: 'Of a packet that no route takes its sender is told why, unless it is a black hole, and not too often.',
    source: { file: 'net/ipv4/route.c', symbol: 'ip_error' },
    bias: {
      ...BIASES.routing,
      ...{ besideServices: 95, shortFlows: 60, timeoutEdges: 0, commands: 60, rules: 10, nat: 0, sysctls: 0 },
    },
    size: MANY_CONNECTIONS,
    only: (scenario) =>
      addedRoutes(scenario).some(({ type, prefix }) => refuses(type) && prefix.length < 16) ||
      routingRules(scenario).some((rule) => refuses(rule.action) && !rule.mark && !rule.from && !rule.to),
  },
  {
    id: 'routing/output-marks',
    says: 'A packet that gets a mark in OUTPUT goes the way of that mark.',
    source: { file: 'net/ipv4/netfilter/iptable_mangle.c', symbol: 'ipt_mangle_out' },
    bias: {
      ...BIASES.routing,
      ...{ besideServices: 3, marks: 100, rules: 100, markServices: 0, commands: 5, udp: 0, sources: 0 },
      outputMarks: 40,
    },
    only: leadsMarksOfOutput,
  },
  {
    id: 'routing/marks',
    says: 'What a mark makes local reaches IPVS whatever its address, and nobody answers in the name of another.',
    source: { file: 'net/ipv4/route.c', symbol: 'ip_route_input_slow' },
    bias: { ...BIASES.routing, routing: 10, markServices: 100, besideServices: 10, marks: 10, ftp: 40 },
    only: (scenario) => servesMarks(scenario) && bringsMarksHome(scenario),
  },
  {
    id: 'ipvs/cache-bypass',
    says: 'With cache_bypass a packet for another that finds no real server goes there, on a connection without one.',
    source: { file: 'net/netfilter/ipvs/ip_vs_core.c', symbol: 'ip_vs_leave' },
    bias: BYPASSED,
    size: ONE_SERVICE,
    only: bypasses,
  },
  {
    id: 'ipvs/cache-bypass-untracked',
    says: 'A connection without a real server does without conntrack, too.',
    source: { file: 'net/netfilter/ipvs/ip_vs_xmit.c', symbol: 'ip_vs_bypass_xmit' },
    bias: { ...BYPASSED, marks: 100, rules: 2 },
    size: ONE_SERVICE,
    only: (scenario) => bypasses(scenario) && hasNotrack(scenario),
  },
  {
    id: 'ipvs/snat-reroute',
    says: 'An answer that has got the virtual address goes the way of packets of that address, unless snat_reroute is 0.',
    source: { file: 'net/netfilter/ipvs/ip_vs_core.c', symbol: 'ip_vs_route_me_harder' },
    bias: {
      ...BIASES.routing,
      ...{ besideServices: 5, markServices: 5, udpServices: 40, droute: 5, tunnel: 5, localNode: 40 },
    },
    only: leadsAnswers,
  },
  {
    id: 'ipvs/snat-reroute-refused',
    says: 'An answer that has got a virtual address from which no way leads is lost, and nobody is told.',
    source: { file: 'net/netfilter/ipvs/ip_vs_core.c', symbol: 'handle_response, handle_response_icmp' },
    bias: {
      ...BIASES.routing,
      ...{ besideServices: 2, markServices: 2, udpServices: 60, droute: 2, tunnel: 2, localNode: 70 },
      ...{ commands: 5, rules: 15, sysctls: 0, lostWays: 40 },
    },
    only: holdsAnswers,
  },
  {
    id: 'ipvs/snat-reroute-off',
    says: 'With snat_reroute 0 an answer keeps the way that it had with the address of its real server.',
    source: { file: 'net/netfilter/ipvs/ip_vs_core.c', symbol: 'sysctl_snat_reroute' },
    bias: { ...BIASES.routing, besideServices: 5, markServices: 5, droute: 5, tunnel: 5, disorder: 0 },
    only: (scenario) => leadsAnswers(scenario) && hasSysctl('net.ipv4.vs.snat_reroute', 0)(scenario),
  },
  {
    id: 'routing/own-errors',
    says: 'What the director tells itself of an answer that finds no neighbour is scheduled as what others tell of one.',
    source: { file: 'net/netfilter/ipvs/ip_vs_core.c', symbol: 'ip_vs_local_request4, ip_vs_in_icmp' },
    bias: {
      ...BIASES.routing,
      ...{
        bypass: 80,
        lostWays: 95,
        besideServices: 0,
        markServices: 2,
        udp: 0,
        udpServices: 2,
        sctpServices: 2,
        rules: 10,
        nat: 0,
      },
      ...{
        sysctls: 40,
        disorder: 80,
        timeoutEdges: 60,
        sources: 0,
        commands: 5,
        marks: 5,
        astray: 0,
        shortFlows: 0,
      },
    },
    only: answersNobody,
  },
] as const satisfies readonly ClaimRow[];
