import { MachineError } from '../errors.ts';

/** What belongs to one jiffy took longer: nothing exact can be said, and nothing is said about the director. */
export class Late extends MachineError {
  override name = 'Late';
}
