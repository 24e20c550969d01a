import { BIASES } from '../generators/bias.ts';
import type { Scenario } from '../spec/scenario.ts';
import { prefixMask } from '../spec/wire/address.ts';
import { addedRoutes, hasSysctl, refuses, routingRules } from './claim-conditions.ts';
import type { ClaimRow } from './claim-row.ts';

/** Rules for packets of a virtual address, which answers become. */
const rulesForAnswers = (scenario: Scenario) =>
  routingRules(scenario).filter(({ from }) =>
    scenario.director.topology.vips.some(({ address }) => address === from?.address),
  );

/** Packets of a virtual address have a table of their own. */
const leadsAnswers = (scenario: Scenario): boolean => rulesForAnswers(scenario).length > 0;

/** No way leads from a virtual address to anywhere. */
const holdsAnswers = (scenario: Scenario): boolean =>
  rulesForAnswers(scenario).some(({ action }) =>
    typeof action === 'string'
      ? refuses(action)
      : addedRoutes(scenario).some(
          ({ table, type, prefix }) => table === action.table && refuses(type) && prefix.length === 0,
        ),
  );

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

/** What is said of the ways of answers that have got the virtual address. */
export const ANSWER_CLAIMS = [
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
        sysctls: 60,
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
