import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelLead } from '../harness/cli/model-subjects.ts';
import { needsOf } from '../harness/kernels/needs.ts';
import { bind } from '../harness/play/bind.ts';
import { CLAIMS, claimsWithin } from './claims.ts';
import { limitsOf } from './within-limits.ts';

const WITHOUT_IPVS = { ipvs: false, waitMs: 5000 };

describe('scenarios for directors without IPVS, in real time', () => {
  it.each(claimsWithin(WITHOUT_IPVS).map((claim) => [claim.id, claim] as const))(
    '%s: can all be played there',
    (_, { scenarios, only = () => true }) => {
      const drawn = fc.sample(scenarios.filter(only), { seed: 1, numRuns: 8 });
      for (const scenario of drawn) {
        const waited = scenario.timeline.reduce((ms, item) => ms + (item.kind === 'wait' ? item.ms : 0), 0);
        expect(waited).toBeLessThanOrEqual(WITHOUT_IPVS.waitMs);
        const needs = [...needsOf(bind(scenario, modelLead()))];
        expect(needs.filter((need) => /ip_?vs/.test(need))).toEqual([]);
      }
    },
  );

  it('are about what does not need it', () => {
    const ids = claimsWithin(WITHOUT_IPVS).map(({ id }) => id);
    expect(ids).toContain('rules/nat');
    expect(ids.filter((id) => id.includes('ipvs'))).toEqual([]);
    expect(claimsWithin({ ...WITHOUT_IPVS, ipvs: true })).toHaveLength(CLAIMS.length);
  });

  it('are drawn only where no director can do more', () => {
    expect(limitsOf([{ limits: WITHOUT_IPVS }, {}])).toBeUndefined();
    expect(limitsOf([{ limits: WITHOUT_IPVS }, { limits: { ipvs: true, waitMs: 100 } }])).toEqual({
      ipvs: true,
      waitMs: 5000,
    });
  });
});
