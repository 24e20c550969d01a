import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brokenDirector } from '../../harness/directors/broken.ts';
import type { MicrovmKernel } from '../../harness/directors/microvm/director.ts';
import { ModelDirector, type ModelOptions } from '../../harness/directors/model.ts';
import { Recorder } from '../../harness/directors/recording.ts';
import { judge } from '../../harness/play/judge.ts';
import type { Plan } from '../../harness/play/plan.ts';
import type { Seat } from '../../harness/play/seat.ts';
import { randomCase } from '../case.ts';
import { CLAIMS } from '../claims.ts';
import { campaignOf, KERNEL } from '../properties/reference.ts';
import { SHRINK_BUDGET } from '../shrink.ts';
import { LOADS, type Load, packetsPerSecond } from './conntrack-cost.ts';
import { cpuSecondsOf, type Measured, measure, secondsOf } from './measure.ts';

/** A line of DESIGN 10, or a figure without a budget. `better` says which way that is missed. */
export interface Row {
  readonly what: string;
  readonly unit: string;
  readonly budget?: number;
  readonly better: 'less' | 'more';
  readonly take: () => Promise<Measured>;
}

const SCENARIOS = 64;
/** Of the model alone: enough of them that none is known by heart, and seconds enough that all code is compiled. */
const MODEL_SCENARIOS = 512;
const MODEL_SECONDS = 3;
const IDLE_MS = 15 * 60 * 1000;
const LVSCHECK = fileURLToPath(new URL('../../harness/cli/lvscheck.js', import.meta.url));

/** The same plans in every run of every row. */
function plans(count: number): Plan[] {
  const lead = new ModelDirector(KERNEL);
  return Array.from({ length: count }, (_, index) => randomCase(CLAIMS, 1, index, lead).plan as Plan);
}

const stepsOf = (all: readonly Plan[]) => all.reduce((sum, { steps }) => sum + steps.length, 0);
const framesOf = (all: readonly Plan[]) =>
  stepsOf(all.map((plan) => ({ ...plan, steps: plan.steps.filter(({ kind }) => kind === 'frame') })));

/** All rows that exist; `seat` holds the director that they are about, `microvm` boots guests of its kernel. */
export function benchRows(seat: Seat, microvm: MicrovmKernel): Row[] {
  const some = plans(SCENARIOS);
  const quick = some.map((plan) => ({ ...plan, steps: plan.steps.filter(({ kind }) => kind !== 'wait') }));
  const bare = some.map((plan) => ({ ...plan, steps: [] }));
  const play = (all: readonly Plan[]) => secondsOf(() => playAll(seat, all));
  return [
    {
      ...{ what: 'compared steps, all observables', unit: 'steps/s', budget: 2000, better: 'more' },
      take: () => measure(5, async () => stepsOf(some) / (await play(some))),
    },
    {
      ...{ what: 'the same without waits', unit: 'steps/s', budget: 2000, better: 'more' },
      take: () => measure(5, async () => stepsOf(quick) / (await play(quick))),
    },
    {
      ...{ what: 'fresh configuration', unit: 'ms', budget: 150, better: 'less' },
      take: () => measure(5, async () => ((await play(bare)) / bare.length) * 1000),
    },
    {
      ...{ what: 'command to first compared packet', unit: 's', budget: 6, better: 'less' },
      take: () => measure(3, () => secondsOf(firstPacket)),
    },
    {
      ...{ what: '15 idle minutes', unit: 's', budget: 1.5, better: 'less' },
      take: () => measure(5, () => idle(seat, some[0]!)),
    },
    {
      ...{ what: 'model alone, warm', unit: 'packets/s', budget: 50_000, better: 'more' },
      take: () => measureModel({}),
    },
    {
      // As a run has it do.
      ...{ what: 'the same, noting what is reached', unit: 'packets/s', better: 'more' },
      take: () => measureModel({ recorder: new Recorder() }),
    },
    {
      ...{ what: 'shrink a mismatch', unit: 's', budget: 60, better: 'less' },
      take: () => measure(3, () => shrinking(seat)),
    },
    {
      ...{ what: 'guest memory, resident in QEMU', unit: 'MiB', budget: 384, better: 'less' },
      take: () => measure(1, guestMemory),
    },
    ...LOADS.map((load) => costRow(load, microvm)),
  ];
}

/** No budget: what the kernel costs is not ours to keep. One run, since all are alike. */
function costRow(load: Load, microvm: MicrovmKernel): Row {
  const { rules, conntrack } = load;
  const what = rules === 0 ? 'no rules' : `${rules} rule${rules > 1 ? 's' : ''}, vs/conntrack ${conntrack}`;
  return {
    ...{ what: `forwarded with ${what}`, unit: 'packets/s', better: 'more' },
    take: () => measure(1, () => packetsPerSecond(microvm, load)),
  };
}

async function playAll(seat: Seat, all: readonly Plan[]): Promise<void> {
  for await (const judged of judge(seat, all))
    if (judged.kind === 'infra-error' || judged.kind === 'crash') throw new Error(judged.what);
}

async function firstPacket(): Promise<void> {
  const out = join(tmpdir(), `lvscheck-bench-${process.pid}`);
  const args = [LVSCHECK, 'run', '--runs', '1', '--seed', '1', '--out', out];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0 && status !== 1) throw new Error(stderr);
}

/** What a wait costs beyond the rest of its scenario. */
async function idle(seat: Seat, plan: Plan): Promise<number> {
  const waiting: Plan = { ...plan, steps: [{ kind: 'wait', ms: IDLE_MS }] };
  const without = await secondsOf(() => playAll(seat, [{ ...plan, steps: [{ kind: 'wait', ms: 1 }] }]));
  return Math.max(0, (await secondsOf(() => playAll(seat, [waiting]))) - without);
}

function measureModel(options: ModelOptions): Promise<Measured> {
  const many = plans(MODEL_SCENARIOS);
  const model = new ModelDirector(KERNEL, options);
  return measure(5, () => modelAlone(model, many));
}

/**
 * What a long run gets: packets in several hundred different scenarios, their set-ups and all observations included,
 * per second of CPU time. `measure` leaves a first round of the same length out, in which the engine still compiles.
 */
async function modelAlone(model: ModelDirector, all: readonly Plan[]): Promise<number> {
  let [frames, seconds] = [0, 0];
  while (seconds < MODEL_SECONDS) {
    seconds += await cpuSecondsOf(async () => {
      for await (const played of model.play(all))
        if (played.kind !== 'played') throw new Error('the model failed');
    });
    frames += framesOf(all);
  }
  return frames / seconds;
}

/** A reference with one rule wrong makes the right kernel differ: from the first divergence to the smallest. */
async function shrinking({ subject }: Seat): Promise<number> {
  let [start, end] = [0, 0];
  const done = new AbortController();
  const campaign = campaignOf(CLAIMS, subject, {
    runs: 500,
    budget: SHRINK_BUDGET,
    referenceFor: (kernel) => brokenDirector('ipvs-fin-wait-short', kernel)!,
    signal: done.signal,
    found: ({ status }) => {
      if (status === 'unconfirmed') start = performance.now();
    },
    shrunk: () => {
      end = performance.now();
      done.abort();
    },
  });
  await campaign.run();
  return (end - start) / 1000;
}

/** Peak resident memory of the QEMU that we started. */
async function guestMemory(): Promise<number> {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ');
  const peaks = children.flatMap((pid) => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return status.startsWith('Name:\tqemu') ? [Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024] : [];
  });
  return Math.max(...peaks);
}
