import { beforeAll, describe, expect, it } from 'vitest';
import { BROKEN_DIRECTORS } from '../../harness/directors/broken.ts';
import { CLAIMS } from '../claims.ts';
import { scenariosUntilCaught } from '../sensitivity/at-large.ts';
import { KERNEL, SEED } from './reference.ts';

/** What a default run may need at most to notice one wrong rule. */
const ENOUGH = 2000;

describe(`a default run notices within ${ENOUGH} scenarios`, () => {
  let caught: ReadonlyMap<string, number>;

  beforeAll(() => {
    caught = scenariosUntilCaught(BROKEN_DIRECTORS, {
      kernel: KERNEL,
      claims: CLAIMS,
      seed: SEED,
      runs: ENOUGH,
    });
  });

  it('at least sixty broken directors', () => {
    expect(BROKEN_DIRECTORS.length).toBeGreaterThanOrEqual(60);
  });

  it.each(BROKEN_DIRECTORS.map(({ id, says }) => [id, says] as const))('%s: %s', (id) => {
    expect(caught.get(id)).toBeLessThanOrEqual(ENOUGH);
  });
});

describe('no claim is decoration: it fails on a broken director', () => {
  it.each(CLAIMS.map((claim) => [claim.id, claim] as const))('%s', (_, claim) => {
    const search = { kernel: KERNEL, claims: [claim], seed: SEED, runs: ENOUGH, enough: 1 };
    expect(scenariosUntilCaught(BROKEN_DIRECTORS, search).size).toBeGreaterThan(0);
  });
});
