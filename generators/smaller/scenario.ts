import { isPacket, type Scenario, type TimelineItem } from '../../spec/scenario.ts';
import { isPlayable } from '../grammar/playable.ts';
import { tidied } from '../tidied.ts';
import { smallerCommand } from './command.ts';
import { smallerConfig } from './config.ts';
import { smallerFlows } from './flows.ts';
import { smallerNames } from './names.ts';
import { smallerWait } from './numbers.ts';
import { smallerPacket } from './packet.ts';
import { smallerSequence } from './sequence.ts';
import { anyOf, eachSmaller, fewer, inField, type Smaller } from './smaller.ts';

/** Two waits with nothing between them are one. */
function* mergedWaits(timeline: readonly TimelineItem[]): Iterable<readonly TimelineItem[]> {
  for (const [index, item] of timeline.entries()) {
    const next = timeline[index + 1];
    if (item.kind !== 'wait' || next?.kind !== 'wait') continue;
    yield timeline.toSpliced(index, 2, { kind: 'wait', ms: item.ms + next.ms });
  }
}

const smallerItem: Smaller<TimelineItem> = (item): Iterable<TimelineItem> => {
  if (isPacket(item)) return smallerPacket(item);
  if (item.kind === 'wait') return inField<typeof item, 'ms'>('ms', smallerWait)(item);
  return inField<typeof item, 'command'>('command', smallerCommand)(item);
};

/** In the order of what they save: whole items first, then parts of the director, then words and numbers. */
const candidates: Smaller<Scenario> = anyOf(
  inField('timeline', fewer),
  inField('director', smallerConfig),
  inField('timeline', mergedWaits),
  smallerFlows,
  smallerSequence,
  inField('timeline', eachSmaller(smallerItem)),
  smallerNames,
);

/** Simpler scenarios that the real tools would take. */
export const smallerScenario: Smaller<Scenario> = function* (scenario) {
  for (const candidate of candidates(scenario)) {
    const tidy = tidied(candidate);
    if (isPlayable(tidy)) yield tidy;
  }
};
