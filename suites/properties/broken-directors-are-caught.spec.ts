import { describe, expect, it } from 'vitest';
import { BROKEN_DIRECTORS, brokenDirector } from '../../harness/directors/broken.ts';
import { CLAIMS } from '../claims.ts';
import { KERNEL, scenariosUntilCaught } from './reference.ts';

/** What a default run may need at most to notice one wrong rule. */
const ENOUGH = 2000;

const subjectOf = (id: string) => ({ name: `broken:${id}`, open: async () => brokenDirector(id, KERNEL)! });

describe(`a default run notices within ${ENOUGH} scenarios`, () => {
  it('at least fifteen broken directors', () => {
    expect(BROKEN_DIRECTORS.length).toBeGreaterThanOrEqual(15);
  });

  it.each(BROKEN_DIRECTORS.map(({ id, says }) => [id, says] as const))('%s: %s', async (id) => {
    expect(await scenariosUntilCaught(CLAIMS, subjectOf(id), ENOUGH)).toBeLessThanOrEqual(ENOUGH);
  });
});

describe('no claim is decoration: it fails on a broken director', () => {
  it.each(CLAIMS.map((claim) => [claim.id, claim] as const))('%s', async (_, claim) => {
    // Most claims fail on some director at once: a few scenarios on each of them come before many on one.
    for (const runs of [20, 100, ENOUGH])
      for (const { id } of BROKEN_DIRECTORS)
        if ((await scenariosUntilCaught([claim], subjectOf(id), runs)) !== undefined) return;
    expect.fail(`no broken director fails ${claim.id}`);
  });
});
