import { BIASES } from '../generators/bias.ts';
import type { Scenario } from '../spec/scenario.ts';
import { addedRoutes, bringsMarksHome, refuses, routingRules, servesMarks } from './claim-conditions.ts';
import type { ClaimRow } from './claim-row.ts';
import { LONG_TALKS } from './shapes.ts';

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
      // Only the sixth packet in a row of one sender shows that there is a limit.
      ...{ besideServices: 95, shortFlows: 0, udp: 70, accidents: 0, echoes: 0, icmpErrors: 0, astray: 0 },
      ...{ timeoutEdges: 0, commands: 90, rules: 10, nat: 0, sysctls: 0, sources: 0 },
    },
    size: { ...LONG_TALKS, flows: 2, turns: 24, interruptions: 1 },
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
] as const satisfies readonly ClaimRow[];
