import { describe, expect, it } from 'vitest';
import type { Difference, Run } from '../harness/outcome.ts';
import { SAMPLE_RUN } from '../reports/sample-run.ts';
import { knownCrash, knownDifference, readKnownDifferences, staleDifferences } from './known-differences.ts';

const TTL: Difference = {
  observable: 'frames',
  where: 'frame 1',
  field: 'ipv4.ttl',
  expected: '63',
  actual: '64',
};
const row = (match: object, kernels = ['6.1.']) => ({
  id: 'ttl',
  reason: 'r',
  source: 's',
  kernels,
  match: { observable: 'frames', field: 'ipv4.ttl', ...match },
});
const KERNEL = { release: '6.1.0-56', version: '6.1.192-2' };

describe('knownDifference', () => {
  it('accepts what a row names', () => {
    expect(knownDifference([row({})], KERNEL, [TTL])?.id).toBe('ttl');
    expect(knownDifference([row({ expected: '63', actual: '64' })], KERNEL, [TTL])?.id).toBe('ttl');
    expect(knownDifference([row({}, [''])], KERNEL, [TTL])?.id).toBe('ttl');
  });

  it.each([
    ['another value', row({ actual: '65' })],
    ['another field', row({ field: 'ipv4.id' })],
    ['another kernel', row({}, ['6.12.'])],
  ])('does not accept %s', (_, other) => {
    expect(knownDifference([other], KERNEL, [TTL])).toBeUndefined();
  });

  it('does not accept a step with one difference more', () => {
    expect(knownDifference([row({})], KERNEL, [TTL, { ...TTL, field: 'ipv4.tos' }])).toBeUndefined();
  });
});

describe('knownCrash', () => {
  const warning = { ...row({}), match: { crash: 'nf_ct_seqadj_set' } };
  const fingerprint = 'WARNING: CPU: # at net/netfilter/nf_conntrack_seqadj.c:# nf_ct_seqadj_set+#/#';

  it('accepts a warning of the function that a row names, and no other', () => {
    expect(knownCrash([warning], KERNEL, fingerprint)?.id).toBe('ttl');
    expect(knownCrash([warning], KERNEL, 'WARNING: CPU: # nf_ct_seqadj_set_all+#/#')).toBeUndefined();
    expect(knownCrash([{ ...warning, kernels: ['7.3'] }], KERNEL, fingerprint)).toBeUndefined();
    expect(knownCrash([row({})], KERNEL, fingerprint)).toBeUndefined();
  });

  it('accepts no difference', () => {
    expect(knownDifference([warning], KERNEL, [TTL])).toBeUndefined();
  });
});

describe('staleDifferences', () => {
  const long = (occurrences: number, over: Partial<Run> = {}): Run => ({
    ...SAMPLE_RUN,
    summary: { ...SAMPLE_RUN.summary, scenarios: 50_000 },
    knownDifferences: [{ id: 'ttl', occurrences }],
    ...over,
  });

  const [director] = SAMPLE_RUN.summary.directors;
  const ofModel = { ...SAMPLE_RUN.summary, scenarios: 50_000, directors: [{ ...director!, name: 'model' }] };

  it('names a row that a long run did not meet', () => {
    expect(staleDifferences([row({})], long(0)).map(({ id }) => id)).toEqual(['ttl']);
  });

  it.each([
    ['was met', long(1), row({})],
    ['is about another kernel', long(0), row({}, ['6.12.'])],
    ['is about kernels, where only the model was played', long(0, { summary: ofModel }), row({})],
    [
      'a run of 5,000 cannot judge',
      long(0, { summary: { ...SAMPLE_RUN.summary, scenarios: 5000 } }),
      row({}),
    ],
    ['an interrupted run cannot judge', long(0, { complete: false }), row({})],
  ])('does not name one that %s', (_, run, known) => {
    expect(staleDifferences([known], run)).toEqual([]);
  });
});

describe('readKnownDifferences', () => {
  it('reads the list of this suite', () => {
    expect(Array.isArray(readKnownDifferences(new URL('./known-differences.yaml', import.meta.url)))).toBe(
      true,
    );
  });
});
