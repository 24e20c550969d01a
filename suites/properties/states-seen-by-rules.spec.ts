import { describe, expect, it } from 'vitest';
import { ModelDirector } from '../../harness/directors/model.ts';
import { bind } from '../../harness/play/bind.ts';
import { parseRuleset } from '../../spec/config/ruleset-parse.ts';
import { parseServices } from '../../spec/config/services-parse.ts';
import { TWO_ARMED } from '../../spec/config/topology.ts';
import { kernelOf } from '../../spec/kernel.ts';
import type { Observation } from '../../spec/observation.ts';
import type { Scenario } from '../../spec/scenario.ts';
import { parseTimelineText } from '../../spec/scenario-text.ts';
import { parseIpv4 } from '../../spec/wire/address.ts';

const KERNEL = kernelOf({ release: '6.1.0-56-cloud-amd64', version: '6.1.192-2', hz: 250 });
const STATES = ['INVALID', 'NEW', 'ESTABLISHED', 'RELATED', 'UNTRACKED'];
const CHAINS = ['INPUT', 'FORWARD', 'OUTPUT'];

/** Rules that count and let everything pass: what a chain saw of a packet is which of them counted it. */
const COUNTING_RULES = [
  '*filter',
  ...CHAINS.map((chain) => `:${chain} ACCEPT [0:0]`),
  ...CHAINS.flatMap((chain) => STATES.map((state) => `-A ${chain} -m conntrack --ctstate ${state}`)),
  'COMMIT',
  '',
].join('\n');

/** A whole session of one client with one real server. */
const SESSION = [
  'f1 client > S 0:0(0) win 64240',
  'f1 server > S. 0:0(0) ack 1 win 65160',
  'f1 client > . 1:1(0) ack 1 win 64240',
  'f1 client > P. 1:101(100) ack 1 win 64240',
  'f1 server > P. 1:201(200) ack 101 win 65160',
  'f1 server > F. 201:201(0) ack 101 win 65160',
  'f1 client > F. 101:101(0) ack 202 win 64240',
];

/** `IN NEW OUT UNTRACKED` for each step: in which chains a packet was counted, and as what. */
function statesSeen(method: '-m' | '-g', conntrack: 0 | 1, timeline: readonly string[]): string[] {
  const scenario: Scenario = {
    director: {
      topology: TWO_ARMED,
      services: parseServices(`-A -t VIP:80 -s rr\n-a -t VIP:80 -r RIP1:80 ${method} -w 1\n`),
      rules: parseRuleset(COUNTING_RULES),
      sysctls: { 'net.ipv4.vs.conntrack': conntrack },
    },
    flows: {
      f1: {
        protocol: 'tcp',
        client: { address: parseIpv4('10.0.0.2')!, port: 40001 },
        service: { address: parseIpv4('10.0.0.100')!, port: 80 },
        isn: { client: 1000, server: 5000 },
      },
    },
    timeline: timeline.map(parseTimelineText),
  };
  const model = new ModelDirector(KERNEL);
  const plan = bind(scenario, model);
  const observations = model.playAt(
    plan,
    Array.from({ length: plan.steps.length + 1 }, (_, index) => 4096 + index),
  ).observations;
  return observations.slice(1).map((after, index) => difference(observations[index]!, after));
}

function difference(before: Observation, after: Observation): string {
  const seen = after.counters.filter(
    ({ rule, packets }, index) => rule > 0 && packets > before.counters[index]!.packets,
  );
  return seen.map(({ chain, rule }) => `${chain} ${STATES[rule - 1]}`).join(', ');
}

describe('what the rules of each chain see of a session', () => {
  it('masquerading with vs/conntrack=0: everything is new or invalid, and untracked on its way out', () => {
    expect(statesSeen('-m', 0, SESSION)).toEqual([
      'INPUT NEW, OUTPUT UNTRACKED',
      'FORWARD INVALID',
      'INPUT NEW, OUTPUT UNTRACKED',
      'INPUT NEW, OUTPUT UNTRACKED',
      'FORWARD NEW',
      'FORWARD INVALID',
      'INPUT INVALID, OUTPUT INVALID',
    ]);
  });

  it('masquerading with vs/conntrack=1: new once, then established', () => {
    expect(statesSeen('-m', 1, SESSION)).toEqual([
      'INPUT NEW, OUTPUT NEW',
      'FORWARD ESTABLISHED',
      'INPUT ESTABLISHED, OUTPUT ESTABLISHED',
      'INPUT ESTABLISHED, OUTPUT ESTABLISHED',
      'FORWARD ESTABLISHED',
      'FORWARD ESTABLISHED',
      'INPUT ESTABLISHED, OUTPUT ESTABLISHED',
    ]);
  });

  const ONE_SIDED = SESSION.filter((line) => line.includes('client'));

  it('direct routing with vs/conntrack=0: as masquerading', () => {
    expect(statesSeen('-g', 0, ONE_SIDED)).toEqual([
      'INPUT NEW, OUTPUT UNTRACKED',
      'INPUT NEW, OUTPUT UNTRACKED',
      'INPUT NEW, OUTPUT UNTRACKED',
      'INPUT INVALID, OUTPUT INVALID',
    ]);
  });

  it('direct routing with vs/conntrack=1: all but the SYN are invalid, since no answer is ever seen', () => {
    expect(statesSeen('-g', 1, ONE_SIDED)).toEqual([
      'INPUT NEW, OUTPUT NEW',
      'INPUT INVALID, OUTPUT INVALID',
      'INPUT INVALID, OUTPUT INVALID',
      'INPUT INVALID, OUTPUT INVALID',
    ]);
  });
});
