import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Run } from '../harness/outcome.ts';
import { type Fault, ToyReference, toyScenario, toySubject } from '../harness/play/toy-director.ts';
import { Campaign } from './campaign.ts';
import type { Claim } from './claim.ts';
import { mergeRuns } from './merge-runs.ts';
import { randomProgramme } from './programme.ts';

const claim = (id: string): Claim => ({
  id,
  says: `${id} holds.`,
  source: { file: 'a.c', symbol: 'b' },
  scenarios: fc.array(fc.nat(100), { maxLength: 12, size: 'max' }).map(toyScenario),
});
const CLAIMS = [claim('toy/one'), claim('toy/two'), claim('toy/three')];

/** Fails in several ways, and with a smallest example that depends on what it is shrunk from: none is shrunk. */
const faulty: Fault = (_, length) => (length % 7 === 0 ? 'silent' : length > 150 ? 'crash' : undefined);

/** A run of 90 scenarios, or one of four shards of it. */
async function played(index?: number): Promise<Run> {
  const lead = new ToyReference();
  const shard = index === undefined ? undefined : { index, count: 4 };
  const programme = randomProgramme(
    CLAIMS,
    { seed: 3, runs: 90, forMs: Number.POSITIVE_INFINITY, shard },
    { lead, referenceFor: () => lead },
  );
  const campaign = new Campaign({
    ...programme,
    ...{ lead, referenceFor: () => lead, reference: 'model', known: [], version: '0', jobs: 1 },
    subjects: [toySubject(faulty, [])],
    budget: { attempts: 0, ms: 10_000 },
    ...{ now: () => 0, found: () => {}, withdrawn: () => {}, progress: () => {} },
    signal: new AbortController().signal,
  });
  return campaign.run();
}

const named = (runs: readonly Run[]) => runs.map((run, at) => ({ file: `${at}.json`, run }));
const whole = await played();
const shards = await Promise.all([0, 1, 2, 3].map((index) => played(index)));

describe('mergeRuns', () => {
  it('gives exactly the unsharded run, whatever the order of the shards', () => {
    expect(whole.findings.length).toBeGreaterThan(3);
    expect(shards.flatMap(({ findings }) => findings).length).toBeGreaterThan(whole.findings.length);

    const { run, missing } = mergeRuns(named([...shards].reverse()));

    expect(missing).toEqual([]);
    expect(JSON.stringify(run)).toBe(JSON.stringify(whole));
  });

  it('plays every scenario in exactly one shard', () => {
    expect(shards.map(({ summary }) => summary.scenarios)).toEqual([23, 23, 22, 22]);
  });

  it('leaves one report as it is', () => {
    expect(JSON.stringify(mergeRuns(named([whole])).run)).toBe(JSON.stringify(whole));
  });

  it('says what is missing, and is then not complete', () => {
    const { run, missing } = mergeRuns(named([shards[0]!, shards[3]!]));
    expect(missing).toEqual(['1/4 on toy', '2/4 on toy']);
    expect(run.complete).toBe(false);
  });

  it.each([
    [
      'another seed',
      (run: Run) => ({ ...run, summary: { ...run.summary, seed: 4 } }),
      /another seed than 0.json/,
    ],
    ['another version', (run: Run) => ({ ...run, version: '1' }), /another version/],
    ['the same shard twice', (run: Run) => run, /has shard 0\/1 on toy, as 0.json has/],
  ])('refuses %s', (_, change, message) => {
    expect(() => mergeRuns(named([whole, change(whole)]))).toThrow(message);
  });
});
