import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../harness/outcome.ts';
import { CONFIRMATIONS } from '../harness/play/confirm.ts';
import {
  type Fault,
  ToyDirector,
  ToyReference,
  toyScenario,
  toySubject,
} from '../harness/play/toy-director.ts';
import { Campaign, type CampaignOptions } from './campaign.ts';
import { randomCase } from './case.ts';
import type { Claim } from './claim.ts';

const claim = (id: string): Claim => ({
  id,
  says: `${id} holds.`,
  source: { file: 'a.c', symbol: 'b' },
  scenarios: fc
    .array(fc.nat(100), { maxLength: 12, size: 'max' })
    .map(toyScenario, (value) =>
      (value as ReturnType<typeof toyScenario>).timeline.map((item) => ('length' in item ? item.length : 0)),
    ),
});
const CLAIMS = [claim('toy/one'), claim('toy/two')];
const FRAME_BYTES = 54;

/** A run of so many scenarios with everything that it reported. */
async function run(fault: Fault | undefined, over: Partial<CampaignOptions> = {}) {
  const found: Finding[] = [];
  const withdrawn: Finding[] = [];
  const opened: ToyDirector[] = [];
  const campaign = new Campaign({
    rows: CLAIMS,
    caseAt: (index) => randomCase(CLAIMS, 7, index, new ToyReference()),
    subjects: [toySubject(fault, opened)],
    lead: new ToyReference(),
    referenceFor: () => new ToyReference(),
    reference: 'model',
    seed: 7,
    runs: 100,
    forMs: Number.POSITIVE_INFINITY,
    jobs: 1,
    known: [],
    version: '0',
    budget: { attempts: 1000, ms: 10_000 },
    now: () => 0,
    found: (finding) => found.push(finding),
    withdrawn: (finding) => withdrawn.push(finding),
    progress: () => {},
    signal: new AbortController().signal,
    ...over,
  });
  return { run: await campaign.run(), found, withdrawn, opened };
}

const bigFrame: Fault = (_, length) => (length >= FRAME_BYTES + 90 ? 'silent' : undefined);

describe('Campaign', () => {
  it('is silent about a director that is like the reference', async () => {
    const { run: result, found, opened } = await run(undefined);
    expect(result.summary).toMatchObject({ scenarios: 100, outcomes: { agree: 100, mismatch: 0 }, seed: 7 });
    expect(result.summary.steps).toBeGreaterThan(100);
    expect(result.claims.map(({ outcomes }) => outcomes.agree)).toEqual([50, 50]);
    expect(found).toEqual([]);
    expect(opened.every(({ closed }) => closed)).toBe(true);
  });

  it('reports one finding for one fault, as small as it gets', async () => {
    const { run: result, found, withdrawn } = await run(bigFrame);
    expect(result.findings).toHaveLength(1);
    const [finding] = result.findings;
    expect(finding).toMatchObject({
      number: 1,
      status: 'confirmed',
      step: 1,
      signature: 'frames row missing',
    });
    expect(finding!.scenario.timeline.map((item) => ('length' in item ? item.length : 0))).toEqual([90]);
    expect(finding!.shrunk).toMatchObject({ itemsAfter: 1, complete: true });
    expect(found[0]!.status).toBe('unconfirmed');
    expect(withdrawn.map(({ number }) => number)).toEqual([2, 2]);
    expect(result.occurrences[1]).toBe(result.summary.outcomes.mismatch);
    expect(result.summary.outcomes.mismatch).toBeGreaterThan(3);
  });

  it('gives the same report for the same seed, whatever the number of jobs', async () => {
    const { run: one } = await run(bigFrame);
    const { run: other } = await run(bigFrame, { jobs: 3 });
    expect(JSON.stringify(other)).toBe(JSON.stringify(one));
    expect(
      JSON.stringify(
        (await run(bigFrame, { caseAt: (index) => randomCase(CLAIMS, 8, index, new ToyReference()) })).run,
      ),
    ).not.toBe(JSON.stringify(one));
  });

  it('files what was played while more of the batch is', async () => {
    let filed: () => void = () => {};
    const firstIsFiled = new Promise<void>((resolve) => {
      filed = resolve;
    });
    class Waiting extends ToyDirector {
      override async *play(plans: Parameters<ToyDirector['play']>[0]) {
        for await (const played of super.play(plans)) {
          yield played;
          await firstIsFiled;
        }
      }
    }
    const subjects = [{ name: 'toy', open: async () => new Waiting() }];
    const { run: result } = await run(undefined, { subjects, progress: () => filed() });
    expect(result.summary.scenarios).toBe(100);
  });

  it('calls what does not come out again an infra-error', async () => {
    const once: Fault = (_, __, playedBefore) => (playedBefore === 5 ? 'silent' : undefined);
    const { run: result, found } = await run(once);
    expect(result.findings).toEqual([]);
    expect(result.summary.outcomes).toMatchObject({ mismatch: 0, 'infra-error': 1 });
    expect(result.undecided[0]!.what).toContain('not reproducible');
    expect(found.at(-1)!.status).toBe('not-reproducible');
  });

  it('confirms and shrinks a crash like a mismatch', async () => {
    const { run: result } = await run((_, length) => (length === FRAME_BYTES + 50 ? 'crash' : undefined), {
      runs: 300,
    });
    expect(result.findings).toHaveLength(1);
    expect(result.findings[0]).toMatchObject({
      kind: 'crash',
      headline: 'Oops: 0000',
      console: 'Call Trace:',
    });
    expect(result.findings[0]!.scenario.timeline).toHaveLength(1);
  });

  it('does not look for a smaller scenario for a kernel that does not boot', async () => {
    const crash = {
      kind: 'crash',
      what: 'Oops',
      fingerprint: 'boot oops',
      console: '',
      booting: true,
    } as const;
    const opened: ToyDirector[] = [];
    class Oopsing extends ToyDirector {
      override async *play(plans: Parameters<ToyDirector['play']>[0]) {
        for (const _ of plans) yield crash;
      }
    }
    const open = async () => opened[opened.push(new Oopsing()) - 1]!;
    const { run: result } = await run(undefined, { subjects: [{ name: 'toy', open }], runs: 20 });
    expect(result.findings).toHaveLength(1);
    expect(result.findings[0]!.shrunk).toBeUndefined();
    expect(result.summary.outcomes).toMatchObject({ crash: 20 });
    expect(opened).toHaveLength(1 + CONFIRMATIONS);
  });

  it('accepts what the list of known differences names', async () => {
    const row = {
      id: 'big',
      reason: 'r',
      source: 's',
      kernels: ['1.0'],
      match: { observable: 'frames', field: 'row' },
    };
    const unused = { ...row, id: 'none', kernels: ['2.'] };
    const { run: result } = await run(bigFrame, { known: [row, unused] });
    expect(result.summary.outcomes.mismatch).toBe(0);
    expect(result.summary.outcomes['known-difference']).toBeGreaterThan(3);
    expect(result.knownDifferences).toEqual([
      { id: 'big', occurrences: result.summary.outcomes['known-difference'] },
      { id: 'none', occurrences: 0 },
    ]);
  });

  it('plays every subject, each with its own column', async () => {
    const { run: result } = await run(undefined, {
      subjects: [toySubject(), toySubject(bigFrame, [], 'bad')],
    });
    expect(result.summary.directors.map(({ name }) => name)).toEqual(['toy', 'bad']);
    expect(result.findings.map(({ director }) => director.name)).toEqual(['bad']);
    expect(result.claims).toHaveLength(4);
  });

  it('keeps what it found when it is aborted, and says that it is not complete', async () => {
    const controller = new AbortController();
    const { run: result, opened } = await run(bigFrame, {
      signal: controller.signal,
      progress: ({ findings }) => findings > 0 && controller.abort(),
    });
    expect(result.complete).toBe(false);
    expect(result.findings).toHaveLength(1);
    expect(result.summary.scenarios).toBeLessThan(100);
    expect(opened[0]!.closed).toBe(true);
  });

  it('ends when its time is up', async () => {
    let ms = 0;
    const { run: result } = await run(undefined, { now: () => ms++, forMs: 30 });
    expect(result.summary.scenarios).toBeLessThan(50);
    expect(result.complete).toBe(true);
  });
});

describe('randomCase', () => {
  it('makes any run alone as it was among the others', () => {
    const all = Array.from({ length: 20 }, (_, index) => randomCase(CLAIMS, 1, index, new ToyReference()));
    expect(randomCase(CLAIMS, 1, 13, new ToyReference()).scenario).toEqual(all[13]!.scenario);
    expect(new Set(all.map(({ scenario }) => JSON.stringify(scenario))).size).toBeGreaterThan(15);
  });
});
