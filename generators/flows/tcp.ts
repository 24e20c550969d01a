import fc from 'fast-check';
import type { Segment } from '../../spec/scenario.ts';
import type { ScenarioBias } from '../bias.ts';
import { oneOf, percent, sometimes, upTo } from '../draws.ts';
import { shrinkingBy } from '../shrinking-by.ts';
import type { Size } from '../sizes.ts';
import { smallerSegment } from '../smaller/segment.ts';
import { inField, smallerList } from '../smaller/smaller.ts';
import { wait } from '../waits.ts';
import { type Accident, accident, befall } from './accidents.ts';
import { type Dialect, dialect } from './dialect.ts';
import { speak } from './speak.ts';
import { type Target, target } from './target.ts';
import { disorder, greeting, session, type Turn } from './turns.ts';

/** A flow before the director is known: between whom, and what is sent. */
export interface Story {
  readonly target: Target;
  readonly dialect: Dialect;
  /** Of a flow that has no name yet. */
  readonly segments: readonly Segment[];
  /** Whether the director sees the server's answers, by the way that its dests forward. */
  readonly answersSeen: { readonly masq: boolean; readonly droute: boolean };
  /** It comes after the flow before it, on the same addresses and ports. */
  readonly reuses: boolean;
  /** How long after it, in milliseconds. */
  readonly pause: number | undefined;
}

export const UNNAMED = 'flow';

/** TCP between two honest ends, and what happens to their segments on the way. */
export function tcpStory(bias: ScenarioBias, size: Size): fc.Arbitrary<Story> {
  const whole = oneOf<readonly Turn[]>(
    [100 - bias.disorder, session(size.turns)],
    [bias.disorder, disorder(size.turns + 4)],
  );
  const turns = oneOf([bias.shortFlows, greeting], [100 - bias.shortFlows, whole]);
  const accidents = oneOf<readonly Accident[]>(
    [bias.accidents, upTo(size.accidents, accident(bias), 1)],
    [100 - bias.accidents, NONE],
  );
  const drawn = fc.record({
    target: target(bias.besideServices),
    dialect,
    turns,
    accidents,
    answersSeen: fc.record({ masq: percent(85), droute: percent(20) }),
    reuses: percent(bias.portReuse),
    pause: sometimes(60, wait(bias)),
  });
  return shrinkingBy(
    drawn.map(({ turns, accidents, ...story }) => ({
      ...story,
      segments: befall(speak(UNNAMED, turns, story.dialect), accidents, story.dialect),
    })),
    inField('segments', smallerList(smallerSegment)),
  );
}

const NONE: fc.Arbitrary<readonly Accident[]> = fc.constant([]);
