import fc from 'fast-check';
import type { PacketItem } from '../../spec/scenario.ts';
import type { ScenarioBias } from '../bias.ts';
import { percent, sometimes, weighted } from '../draws.ts';
import { wait } from '../waits.ts';
import type { Story } from './story.ts';
import { target } from './target.ts';

/** What every flow has, whatever its protocol says. */
export type Setting = Pick<Story, 'target' | 'own' | 'answersSeen' | 'reuses' | 'pause'>;

/** Some hosts do not look for the path's MTU: what they send may be cut. */
export function cuttable(packets: readonly PacketItem[], may: boolean): readonly PacketItem[] {
  return may ? packets.map((packet) => ({ ...packet, mayFragment: true })) : packets;
}

export function setting(bias: ScenarioBias): fc.Arbitrary<Setting> {
  return fc.record({
    target: target(bias.besideServices),
    own: weighted<Setting['own']>(
      [bias.ownClients, 'client'],
      [bias.ownServers, 'server'],
      [100 - bias.ownClients - bias.ownServers, undefined],
    ),
    answersSeen: fc.record({ masq: percent(85), droute: percent(20) }),
    reuses: percent(bias.portReuse),
    pause: sometimes(60, wait(bias)),
  });
}
