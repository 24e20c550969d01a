import type { Difference, Finding, StepRecord } from '../harness/outcome.ts';
import type { Origin } from '../spec/config/topology.ts';
import type { Observation } from '../spec/observation.ts';
import type { Scenario } from '../spec/scenario.ts';
import type { TraceEntry } from '../spec/trace.ts';
import { dissect, summarise } from '../spec/wire/dissect.ts';
import { oneLine } from './plain-text.ts';

/** A step as the model alone went through it. */
export type ExplainedStep = Pick<StepRecord, 'says' | 'sent' | 'model' | 'trace'>;

/** explain.txt: what was expected, what came, the model's way hook by hook, and the packets of the step in full. */
export function explainFinding(finding: Finding): string {
  const { number, kind, claim, director, status } = finding;
  return lines(
    `Finding ${number}: ${kind} of ${claim} on ${director.name} (kernel ${director.release}, ${director.version})`,
    status === 'confirmed' ? finding.headline : `${status}: ${finding.headline}`,
    ...originLines(finding),
    '',
    ...(kind === 'crash' ? ['Console', finding.console] : divergenceLines(finding)),
  );
}

/** The model's way through a scenario, station by station. */
export function explainSteps(steps: readonly ExplainedStep[]): string {
  return lines(...steps.flatMap((step, index) => stepLines(step, index)));
}

/** What a scenario says of itself; nothing where it says nothing. */
export function introduce({ title, source, story }: Pick<Scenario, 'title' | 'source' | 'story'>): string {
  const from = source === undefined ? '' : ` (${oneLine(source)})`;
  const head = title === undefined ? '' : `${oneLine(title)}${from}\n\n`;
  return story === undefined ? head : `${head}${oneLine(story)}\n\n`;
}

function originLines({ origin, shrunk }: Finding): string[] {
  const from = origin ? [`Found by run ${origin.index} of seed ${origin.seed}.`] : [];
  if (!shrunk) return from;
  const end = shrunk.complete ? '' : '; the budget ended first, a smaller one may exist';
  const { itemsBefore, itemsAfter, attempts } = shrunk;
  return [...from, `Shrunk from ${itemsBefore} to ${itemsAfter} items in ${attempts} attempts${end}.`];
}

function divergenceLines(finding: Finding): string[] {
  const last = finding.steps.at(-1)!;
  return [
    `First divergence: step ${finding.step}, ${last.says}`,
    ...finding.differences.flatMap((difference) => differenceLines(difference, finding)),
    '',
    finding.reference === 'model'
      ? "The model's way"
      : `The model's way, and what came out of ${finding.reference}`,
    ...finding.steps.flatMap((step, index) => stepLines(step, index)),
    '',
    `Packets of step ${finding.step}`,
    ...(last.sent ? packetLines('sent in', [last.sent]) : []),
    ...packetLines(`${the(finding)} sent`, last.model.emitted),
    ...packetLines(`${finding.director.name} sent`, last.director.emitted),
  ];
}

const the = ({ reference }: Finding): string => (reference === 'model' ? 'the model' : reference);

function differenceLines(
  { observable, where, field, expected, actual }: Difference,
  { reference, director }: Finding,
): string[] {
  const place = field === 'row' ? where : `${where}, ${field}`;
  const names = reference === 'model' ? ['expected', 'actual'] : [reference, director.name];
  const width = Math.max(...names.map((name) => name.length));
  const values = [expected, actual].map((value, side) => `    ${names[side]!.padEnd(width)} ${value}`);
  return [`  ${observable}: ${place}`, ...values];
}

function stepLines({ says, sent, trace, model }: ExplainedStep, index: number): string[] {
  return [
    `${String(index).padStart(3)}  ${says}`,
    ...(sent ? [sentLine(sent)] : []),
    ...trace.map(traceLine),
    ...outLines(model),
  ];
}

function sentLine({ link, frame }: NonNullable<ExplainedStep['sent']>): string {
  return `       ${link === 'director' ? 'own  ' : `in   ${link}: `}${summarise(frame)}`;
}

function traceLine({ hook, station, verdict, why }: TraceEntry): string {
  return `       ${hook.padEnd(20)} ${station.padEnd(28)} ${verdict.padEnd(10)} ${why}`.trimEnd();
}

function outLines({ emitted, refused }: Observation): string[] {
  const frames = emitted.map(({ link, frame }) => `       out  ${link}: ${summarise(frame)}`);
  return refused ? [...frames, '       the command is refused'] : frames;
}

function packetLines(
  who: string,
  frames: readonly { readonly link: Origin; readonly frame: Uint8Array }[],
): string[] {
  if (frames.length === 0) return [`  ${who} nothing`];
  return frames.flatMap(({ link, frame }) => [
    `  ${who} on ${link}, ${frame.length} bytes`,
    ...dissect(frame).map(({ name, value }) => `    ${name.padEnd(24)} ${value}`),
  ]);
}

function lines(...all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
