import { beforeAll, describe, expect, it } from 'vitest';
import { microvmSubject } from '../../harness/cli/microvm-subject.ts';
import type { Run } from '../../harness/outcome.ts';
import { silent } from '../../harness/system/progress.ts';
import { CLAIMS } from '../claims.ts';
import { readKnownDifferences } from '../known-differences.ts';
import { hasModuleFor } from '../within-limits.ts';
import { campaignOf } from './reference.ts';

const SCENARIOS_PER_CLAIM = 6;

/** A share of each claim against the distribution's kernel; `lvscheck run` plays as many as you like. */
describe('a real kernel agrees with the model', async () => {
  const subject = await microvmSubject('microvm', undefined, silent);
  const claims = CLAIMS.filter((claim) => hasModuleFor(claim, subject));
  let run: Run;

  beforeAll(async () => {
    const known = readKnownDifferences(new URL('../known-differences.yaml', import.meta.url));
    run = await campaignOf(claims, subject, { runs: SCENARIOS_PER_CLAIM * claims.length, known }).run();
  });

  it.each(claims.map(({ id }) => [id]))('on %s', (id) => {
    const headlines = run.findings.filter(({ claim }) => claim === id).map(({ headline }) => headline);
    const troubles = run.undecided.filter(({ claim }) => claim === id).map(({ what }) => what);
    expect([...headlines, ...troubles]).toEqual([]);
    const { agree, 'known-difference': known } = run.claims.find(({ claim }) => claim === id)!.outcomes;
    expect(agree + known).toBe(SCENARIOS_PER_CLAIM);
  });
});
