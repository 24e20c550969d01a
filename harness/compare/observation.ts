import type { Observation } from '../../spec/observation.ts';
import type { Difference } from '../outcome.ts';
import { CONNECTIONS } from './connections.ts';
import { compareConntrack } from './conntrack.ts';
import { COUNTERS } from './counters.ts';
import { EXPECTS } from './expects.ts';
import { compareFrames } from './frames.ts';
import { compareRows } from './rows.ts';
import { compareServices } from './services.ts';

/**
 * All that two observations of one step disagree on, in the order of `OBSERVABLES`. Where chance has decided how the
 * director goes on (`tables/freedoms`), nothing is expected of it any more.
 */
export function compareObservation(expected: Observation, actual: Observation): Difference[] {
  if (expected.undetermined) return [];
  return [
    ...compareFrames(expected.emitted, actual.emitted),
    ...compareRefused(expected.refused, actual.refused),
    ...compareServices(expected.services, actual.services),
    ...compareRows(CONNECTIONS, expected.connections, actual.connections),
    ...compareConntrack(expected.conntrack, actual.conntrack),
    ...compareRows(EXPECTS, expected.expects ?? [], actual.expects ?? []),
    ...compareRows(COUNTERS, expected.counters, actual.counters),
  ];
}

function compareRefused(expected: boolean, actual: boolean): Difference[] {
  if (expected === actual) return [];
  const words = (refused: boolean) => (refused ? 'refused' : 'accepted');
  return [
    {
      observable: 'refused',
      where: "the administrator's command",
      field: 'exit code',
      expected: words(expected),
      actual: words(actual),
    },
  ];
}
