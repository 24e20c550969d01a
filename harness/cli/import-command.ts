import { writeFileSync } from 'node:fs';
import type { Scenario } from '../../spec/scenario.ts';
import { printTimelineItem } from '../../spec/scenario-text.ts';
import { type CaseFiles, type ImportedCase, importCase } from '../import/import-case.ts';
import { withoutMoments } from '../import/moments.ts';
import { remediesFor, remedyWords } from '../import/remedies.ts';
import { type Verdict, verdictsOf } from '../import/verdicts.ts';
import { bind } from '../play/bind.ts';
import { judgeOne } from '../play/judge.ts';
import { Seat } from '../play/seat.ts';
import { printScenarioFile } from '../replay/print-scenario.ts';
import { ScapyBridge } from '../scapy-bridge/bridge.ts';
import { EXIT } from './exit-code.ts';
import { kernelAnswers } from './kernel-answers.ts';
import { explainingModel, modelLead, referenceFor } from './model-subjects.ts';
import { written } from './results-folder.ts';
import { shrinkCase } from './shrink-case.ts';
import { subjectsOf } from './subjects.ts';
import { Terminal } from './terminal.ts';

export interface ImportOptions extends CaseFiles {
  readonly shrink: boolean;
  /** Undefined: the scenario goes to standard output, all else to standard error. */
  readonly out: string | undefined;
  /** Directors that play it as well. */
  readonly on: readonly string[];
}

/** `lvscheck import CAPTURE --ipvs FILE`: what a director did as a scenario, and what the model says about it. */
export async function importCommand(options: ImportOptions): Promise<number> {
  const terminal = new Terminal();
  const bridge = new ScapyBridge({ progress: terminal.preparing });
  try {
    const imported = withoutMoments(await importCase(options, bridge, modelLead()), judged);
    const verdicts = judged(imported.scenario);
    const point = pointOf(verdicts);
    const shown =
      options.shrink && point ? { ...imported, ...shrinkCase(imported, point, judged) } : imported;
    terminal.clear();
    save(shown, options);
    const say = options.out === undefined ? console.error : console.log;
    for (const line of [...summary(shown, options), ...answers(shown)]) say(line);
    for await (const line of onDirectors(shown, options.on, terminal)) say(line);
    if (options.out !== undefined)
      say(`${options.out}: play it on kernels with lvscheck replay ${options.out} --kernel 6.12`);
    return EXIT.agree;
  } finally {
    await bridge.close();
  }
}

function judged(scenario: ImportedCase['scenario'], phase?: number): Verdict[] {
  const model = explainingModel();
  return verdictsOf(scenario, model, model.kernel.hz, phase);
}

/** What the person wants to know about: the first thing that the model does otherwise, else the first drop. */
function pointOf(verdicts: readonly Verdict[]): Verdict | undefined {
  return verdicts.find(({ instead }) => instead !== undefined) ?? verdicts.find(isDrop);
}

const isDrop = ({ did, dropped }: Verdict): boolean => did === 'nothing out' && dropped !== undefined;

function save({ scenario, frames, cast }: ImportedCase, { out, anonymise }: ImportOptions): void {
  const comments = new Map([...frames].map(([step, frame]) => [step, `packet ${frame}`]));
  const text = printScenarioFile(scenario, { comments, heading: anonymise ? [] : cast });
  if (out === undefined) process.stdout.write(text);
  else written(out, () => writeFileSync(out, text));
}

function summary(
  { scenario, notes, cast, frames }: ImportedCase,
  { capture, anonymise }: ImportOptions,
): string[] {
  const flows = Object.keys(scenario.flows).length;
  return [
    `${capture}: ${count(new Set(frames.values()).size, 'packet')} of ${count(flows, 'flow')} reached the director`,
    ...(anonymise ? [] : [cast.join(', ')]),
    ...notes.map((note) => `note: ${note}`),
  ];
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

/** Enough of a packet's line to know it again. */
const LONGEST_LINE = 100;

const cutAt = (text: string): string =>
  text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)} …` : text;

/** What directors in real time wait for a capture that was longer. */
const LONGEST_WAIT_MS = 60_000;

/** Drops that are told in full; those after them are mostly the same packet sent again. */
const MOST_DROPS = 3;

function answers(shown: ImportedCase): string[] {
  const verdicts = judged(shown.scenario);
  const different = verdicts.find(({ instead }) => instead !== undefined);
  const before = different ? verdicts.filter(({ step }) => step < different.step) : verdicts;
  const drops = before.filter(isDrop);
  return [
    ...drops.slice(0, MOST_DROPS).flatMap((drop) => dropLines(drop, shown)),
    ...(drops.length > MOST_DROPS ? [`and ${count(drops.length - MOST_DROPS, 'more drop')}`] : []),
    ...(different
      ? differenceLines(different, shown)
      : [
          `the model did ${verdicts.length === 0 ? 'nothing that could be compared' : `the same each time: ${count(verdicts.length, 'observation')}`}`,
        ]),
    ...(verdicts.length === 0 ? [] : kernelAnswers(shown.scenario, (step) => shown.frames.get(step))),
  ];
}

function packetLine({ step }: Verdict, { scenario, frames }: ImportedCase): string {
  return `packet ${frames.get(step)} (step ${step}): ${cutAt(printTimelineItem(scenario.timeline[step - 1]!))}`;
}

function dropLines(drop: Verdict, shown: ImportedCase): string[] {
  const words = remedyWords(remediesFor(upTo(shown.scenario, drop.step), drop, judged), drop);
  return [
    packetLine(drop, shown),
    '  your director: nothing out',
    `  the model: ${drop.dropped!.fact}; ${drop.dropped!.why}`,
    ...(words === undefined ? [] : [`  ${words}`]),
  ];
}

/** The scenario without what came later. */
function upTo({ timeline, expectations = [], ...rest }: Scenario, step: number): Scenario {
  return {
    ...rest,
    timeline: timeline.slice(0, step),
    expectations: expectations.filter(({ after }) => after <= step),
  };
}

function differenceLines(verdict: Verdict, shown: ImportedCase): string[] {
  const { kernel } = explainingModel();
  return [
    packetLine(verdict, shown),
    `  your director: ${verdict.did}`,
    `  the model (${kernel.version}): ${verdict.instead}${verdict.dropped ? `; ${verdict.dropped.fact}; ${verdict.dropped.why}` : ''}`,
  ];
}

async function* onDirectors(
  { scenario, frames }: ImportedCase,
  names: readonly string[],
  terminal: Terminal,
): AsyncGenerator<string> {
  const plan = bind(scenario, modelLead());
  const voices = { progress: terminal.preparing, note: terminal.note };
  // A capture is never played on this machine's own kernel without being asked for: nothing is loaded into it.
  const surroundings = { voices, maxWaitMs: LONGEST_WAIT_MS, loadModules: false };
  for (const subject of await subjectsOf(names, surroundings)) {
    const seat = new Seat(subject, referenceFor);
    try {
      const result = await judgeOne(seat, plan);
      terminal.clear();
      yield `${subject.name}: ${told(result, frames)}`;
    } finally {
      await seat.retire();
    }
  }
}

function told(result: Awaited<ReturnType<typeof judgeOne>>, frames: ReadonlyMap<number, number>): string {
  switch (result.kind) {
    case 'agree':
      return 'does all that your director did';
    case 'differs': {
      const { step, differences } = result.divergence;
      const [{ observable, expected, actual }] = differences as [(typeof differences)[0]];
      const wanted = observable === 'expectations' ? `your director ${expected}` : `the model ${expected}`;
      return `at packet ${frames.get(step) ?? '?'} (step ${step}) it shows ${actual}, ${wanted}`;
    }
    case 'unsupported':
      return `cannot play it: ${result.reason}`;
    default:
      return `failed: ${result.what}`;
  }
}
