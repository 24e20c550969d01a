import fc from 'fast-check';
import type { ScenarioBias } from '../bias.ts';
import { percent, sometimes } from '../draws.ts';
import { wait } from '../waits.ts';
import type { Story } from './story.ts';
import { target } from './target.ts';

/** What every flow has, whatever its protocol says. */
export type Setting = Pick<Story, 'target' | 'answersSeen' | 'reuses' | 'pause'>;

export function setting(bias: ScenarioBias): fc.Arbitrary<Setting> {
  return fc.record({
    target: target(bias.besideServices),
    answersSeen: fc.record({ masq: percent(85), droute: percent(20) }),
    reuses: percent(bias.portReuse),
    pause: sometimes(60, wait(bias)),
  });
}
