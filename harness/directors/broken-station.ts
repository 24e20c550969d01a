import { PARTS } from '../../spec/parts.ts';
import type { Parts, Station } from '../../spec/state.ts';
import type { StationName } from '../../spec/tables/hooks.ts';

export type Run = Station['run'];

/** A station that does something else; `right` is what it should have done. */
export function station(name: StationName, wrong: (right: Run) => Run): Parts {
  const right = PARTS.stations[name];
  return { ...PARTS, stations: { ...PARTS.stations, [name]: { ...right, run: wrong(right.run) } } };
}
