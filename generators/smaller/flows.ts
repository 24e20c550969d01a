import { type Flow, isPacket, type Scenario } from '../../spec/scenario.ts';
import { anyOf, inField, type Smaller, towards } from './smaller.ts';

/** Just before the numbers wrap: simpler than any other number that does so soon. */
const BEFORE_WRAP = 2 ** 32 - 1000;

const smallerIsn: Smaller<Flow['isn']> = anyOf(
  inField('client', towards(1000, BEFORE_WRAP)),
  inField('server', towards(5000, BEFORE_WRAP)),
);

/** The packets of one flow told as another's, so that there is one flow less. */
function* fewerFlows(scenario: Scenario): Iterable<Scenario> {
  const names = Object.keys(scenario.flows);
  for (const [index, gone] of names.entries()) {
    for (const heir of names.slice(0, index)) {
      if (scenario.flows[heir]!.protocol !== scenario.flows[gone]!.protocol) continue;
      const timeline = scenario.timeline.map((item) =>
        isPacket(item) && item.flow === gone ? { ...item, flow: heir } : item,
      );
      yield { ...scenario, timeline };
    }
  }
}

function* smallerIsns(scenario: Scenario): Iterable<Scenario> {
  for (const [name, flow] of Object.entries(scenario.flows)) {
    for (const isn of smallerIsn(flow.isn)) {
      yield { ...scenario, flows: { ...scenario.flows, [name]: { ...flow, isn } } };
    }
    const { with: other, ...alone } = flow;
    if (other !== undefined) yield { ...scenario, flows: { ...scenario.flows, [name]: alone } };
  }
}

/** Fewer flows, then flows that count from the usual numbers. */
export const smallerFlows: Smaller<Scenario> = anyOf(fewerFlows, smallerIsns);
