import { BROKEN_DIRECTORS, MISTAKEN_DIRECTORS } from '../../harness/directors/broken.ts';
import type { BrokenDirector } from '../../harness/directors/broken-director.ts';
import { InputError } from '../../harness/errors.ts';
import { didYouMean } from '../../spec/config/nearest.ts';

/** The broken directors of those ids, all that random scenarios are to notice when none is given. */
export function suspectsOf(ids: readonly string[]): readonly BrokenDirector[] {
  const candidates = new Map(BROKEN_DIRECTORS.map((broken) => [broken.id, broken]));
  for (const id of ids) if (!candidates.has(id)) throw new InputError(complaint(id, candidates.keys()));
  return ids.length === 0 ? BROKEN_DIRECTORS : ids.map((id) => candidates.get(id)!);
}

function complaint(id: string, candidates: Iterable<string>): string {
  if (MISTAKEN_DIRECTORS.some((mistaken) => mistaken.id === id))
    return `${id}: no random scenario is to notice it; the one of suites/scenarios/kernels does that tells of this change`;
  const guess = didYouMean(id, candidates);
  return `${id}: there is no broken director of that id${guess ? `; ${guess}` : ''} (npx lvscheck list names all)`;
}
