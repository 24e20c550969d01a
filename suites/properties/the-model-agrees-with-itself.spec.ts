import { describe, expect, it } from 'vitest';
import { ModelDirector } from '../../harness/directors/model.ts';
import { CLAIMS } from '../claims.ts';
import { campaignOf, KERNEL } from './reference.ts';

const SCENARIOS = 60;

describe('the model agrees with itself', () => {
  it.each(CLAIMS.map((claim) => [claim.id, claim] as const))('on %s', async (_, claim) => {
    const subject = { name: 'model', open: async () => new ModelDirector(KERNEL) };
    const run = await campaignOf([claim], subject, { runs: SCENARIOS }).run();
    expect(run.findings.map(({ headline }) => headline)).toEqual([]);
    expect(run.summary.outcomes.agree).toBe(SCENARIOS);
  });
});
