import type { Observation } from '../../spec/observation.ts';
import { hexBytes } from '../../spec/wire/dissect.ts';

/** What comes out of a director in a step, and where, as one text. */
export function framesOut({ emitted }: Observation): string {
  return emitted.map(({ link, frame }) => `${link} ${hexBytes(frame)}`).join();
}
