import { beforeAll, describe, expect, it } from 'vitest';
import { BROKEN_DIRECTORS } from '../../harness/directors/broken.ts';
import { CLAIMS } from '../claims.ts';
import { scenariosUntilCaught } from '../sensitivity/at-large.ts';
import { KERNEL, SEED } from './reference.ts';

/** What a default run may need at most to notice one wrong rule: the median of three seeds. */
const ENOUGH = 2000;

/** Who has escaped with the first seed must be caught with both others. */
function caughtByMostSeeds(): ReadonlySet<string> {
  const caughtWith = (seed: number, suspects: typeof BROKEN_DIRECTORS) => {
    const caught = scenariosUntilCaught(suspects, { kernel: KERNEL, claims: CLAIMS, seed, runs: ENOUGH });
    return suspects.filter(({ id }) => caught.has(id));
  };
  const first = caughtWith(SEED, BROKEN_DIRECTORS);
  const escaped = BROKEN_DIRECTORS.filter((broken) => !first.includes(broken));
  const both = [SEED + 1, SEED + 2].reduce((left, seed) => caughtWith(seed, left), escaped);
  return new Set([...first, ...both].map(({ id }) => id));
}

describe(`a default run notices within ${ENOUGH} scenarios`, () => {
  let caught: ReadonlySet<string>;

  beforeAll(() => {
    caught = caughtByMostSeeds();
  });

  it('at least sixty broken directors', () => {
    expect(BROKEN_DIRECTORS.length).toBeGreaterThanOrEqual(60);
  });

  it.each(BROKEN_DIRECTORS.map(({ id, says }) => [id, says] as const))('%s: %s', (id) => {
    expect(caught).toContain(id);
  });
});

describe('no claim is decoration: it fails on a broken director', () => {
  it.each(CLAIMS.map((claim) => [claim.id, claim] as const))('%s', (_, claim) => {
    const search = { kernel: KERNEL, claims: [claim], seed: SEED, runs: ENOUGH, enough: 1 };
    expect(scenariosUntilCaught(BROKEN_DIRECTORS, search).size).toBeGreaterThan(0);
  });
});
