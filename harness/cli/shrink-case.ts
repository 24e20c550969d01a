import { isDeepStrictEqual } from 'node:util';
import { smallerConfig } from '../../generators/smaller/config.ts';
import { fewer } from '../../generators/smaller/smaller.ts';
import { tidied } from '../../generators/tidied.ts';
import type { Fact } from '../../spec/expectation.ts';
import { isPacket, type Scenario, type TimelineItem } from '../../spec/scenario.ts';
import { remediesFor } from '../import/remedies.ts';
import type { Verdict } from '../import/verdicts.ts';

/** An item, what the director did then, and the frame of the capture that it was. */
interface Step {
  readonly item: TimelineItem;
  readonly facts: readonly Fact[];
  readonly frame: number | undefined;
}

export interface Shrinkable {
  readonly scenario: Scenario;
  readonly frames: ReadonlyMap<number, number>;
}

/** Attempts that are made at most: some seconds of the model. */
const MOST_ATTEMPTS = 3_000;

/**
 * Drops whatever is not needed for one verdict: all that comes after, then steps and parts of the director. What stays
 * still does all that the capture shows of it, and of a packet that was dropped the same would have let it pass: that is
 * what makes it the same fault. A director that differs from the model keeps its rules and settings,
 * since nobody knows by which of them it does.
 */
export function shrinkCase(
  whole: Shrinkable,
  verdict: Verdict,
  judge: (scenario: Scenario) => readonly Verdict[],
): Shrinkable {
  const last = verdict.step;
  let steps = stepsOf(whole).slice(0, last);
  const opening = firstOfFlow(steps);
  let director = whole.scenario.director;
  let attempts = 0;
  const remediesOf = (scenario: Scenario) =>
    verdict.dropped ? remediesFor(scenario, verdict, judge) : undefined;
  const remedies = remediesOf(caseOf(whole.scenario, director, steps).scenario);
  const holds = (candidate: readonly Step[], config = director): boolean => {
    if (candidate.at(-1)?.item !== steps.at(-1)!.item) return false;
    if (!candidate.some(({ item }) => item === opening)) return false;
    attempts += 1;
    const { scenario } = caseOf(whole.scenario, config, candidate);
    const verdicts = judge(scenario);
    const mine = verdicts.find((one) => one.step === candidate.length && one.did === verdict.did);
    const others = verdicts.filter((one) => one.step !== candidate.length);
    return (
      mine !== undefined &&
      mine.instead === verdict.instead &&
      mine.dropped?.fact === verdict.dropped?.fact &&
      mine.way === verdict.way &&
      mine.state === verdict.state &&
      others.every(({ instead }) => instead === undefined) &&
      isDeepStrictEqual(remediesOf(scenario), remedies)
    );
  };
  const shrinkSteps = (): boolean => {
    const found = [...fewer(steps)].find((one) => attempts < MOST_ATTEMPTS && holds(one));
    steps = found ? [...found] : steps;
    return found !== undefined;
  };
  const shrinkDirector = (): boolean => {
    for (const config of smallerConfig(director)) {
      if (attempts >= MOST_ATTEMPTS || !holds(steps, config)) continue;
      director = config;
      return true;
    }
    return false;
  };
  while (shrinkSteps() || (verdict.instead === undefined && shrinkDirector()));
  return caseOf(whole.scenario, director, steps);
}

/** A packet in the middle of nowhere is another story: the flow that it belongs to keeps its beginning. */
function firstOfFlow(steps: readonly Step[]): TimelineItem {
  const last = steps.at(-1)!.item;
  return steps.find(({ item }) => isPacket(item) && isPacket(last) && item.flow === last.flow)?.item ?? last;
}

function stepsOf({ scenario, frames }: Shrinkable): Step[] {
  const { timeline, expectations = [] } = scenario;
  return timeline.map((item, index) => ({
    item,
    facts: expectations.filter(({ after }) => after === index + 1).map(({ fact }) => fact),
    frame: frames.get(index + 1),
  }));
}

/** The scenario of these steps, its flows counted anew. */
function caseOf(scenario: Scenario, director: Scenario['director'], steps: readonly Step[]): Shrinkable {
  const expectations = steps.flatMap(({ facts }, index) => facts.map((fact) => ({ after: index + 1, fact })));
  const timeline = steps.map(({ item }) => item);
  const frames = new Map(
    steps.flatMap(({ frame }, index) => (frame === undefined ? [] : [[index + 1, frame] as const])),
  );
  const { expectations: _, ...rest } = scenario;
  return {
    scenario: tidied({ ...rest, director, timeline, ...(expectations.length > 0 && { expectations }) }),
    frames,
  };
}
