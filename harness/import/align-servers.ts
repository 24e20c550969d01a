import type { VirtualService } from '../../spec/config/services.ts';
import type { Scenario } from '../../spec/scenario.ts';
import { bind } from '../play/bind.ts';
import { seenInstead } from '../play/facts.ts';
import type { Lead } from '../play/lead.ts';

/** More orders of more servers are not tried. */
const MOST_ORDERS = 64;

/**
 * A capture begins in the middle of a director's life: which server is next nobody wrote down. A fresh director begins
 * with the first, so the servers of each service are listed in the order in which most packets go where they went.
 */
export function alignServers(scenario: Scenario, lead: Lead): Scenario {
  return scenario.director.services.reduce((best, { dests }, at) => {
    const orders = dests
      .slice(0, MOST_ORDERS)
      .map((_, first) => [...dests.slice(first), ...dests.slice(0, first)]);
    const tried = orders.map((order) => withDests(best, at, order));
    const scores = tried.length > 1 ? tried.map((one) => met(one, lead)) : [0];
    return tried[scores.indexOf(Math.max(...scores))] ?? best;
  }, scenario);
}

function withDests(scenario: Scenario, at: number, dests: VirtualService['dests']): Scenario {
  const { director } = scenario;
  return {
    ...scenario,
    director: { ...director, services: director.services.with(at, { ...director.services[at]!, dests }) },
  };
}

/** How many packets go to the server that they went to. */
function met(scenario: Scenario, lead: Lead): number {
  const observations = [lead.start(scenario.director)];
  const noting: Lead = {
    start: () => observations[0]!,
    step: (step) => {
      observations.push(lead.step(step));
      return observations.at(-1)!;
    },
  };
  const plan = bind(scenario, noting);
  return (scenario.expectations ?? []).filter(
    ({ fact, after }) =>
      fact.kind === 'sent' &&
      seenInstead(fact, { plan, observations, traces: () => [], step: after, flow: undefined }) === undefined,
  ).length;
}
