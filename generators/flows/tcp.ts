import fc from 'fast-check';
import type { ScenarioBias } from '../bias.ts';
import { oneOf, percent } from '../draws.ts';
import { shrinkingBy } from '../shrinking-by.ts';
import type { Size } from '../sizes.ts';
import { smallerPacket } from '../smaller/packet.ts';
import { inField, smallerList } from '../smaller/smaller.ts';
import { accidents, befall } from './accidents.ts';
import { asides, withAsides } from './asides.ts';
import { astray, ledAstray } from './astray.ts';
import { dialect } from './dialect.ts';
import { cuttings, cutUp } from './fragments.ts';
import { cuttable, setting } from './setting.ts';
import { speak } from './speak.ts';
import { type Story, UNNAMED } from './story.ts';
import { tour } from './tours.ts';
import { disorder, greeting, session, type Turn } from './turns.ts';

/** TCP between two honest ends, and what happens to their segments on the way. */
export function tcpStory(bias: ScenarioBias, size: Size): fc.Arbitrary<Story> {
  const whole = oneOf<readonly Turn[]>(
    [100 - bias.disorder, session(size.turns)],
    [bias.disorder, oneOf([1, disorder(size.turns + 4)], [3, tour(size.turns, bias)])],
  );
  const turns = oneOf([bias.shortFlows, greeting], [100 - bias.shortFlows, whole]);
  const drawn = fc.tuple(
    setting(bias),
    fc.record({
      dialect,
      turns,
      accidents: accidents(bias, size),
      asides: asides(bias),
      cuttings: cuttings(bias),
      astray: astray(bias),
      may: percent(bias.mtu > 50 ? 40 : 8),
    }),
  );
  return shrinkingBy(
    drawn.map(([setting, { dialect, turns, accidents, asides, cuttings, astray, may }]) => {
      const segments = befall(speak(UNNAMED, turns, dialect), accidents, dialect);
      const isn = { client: dialect.client.isn, server: dialect.server.isn };
      const packets = cutUp(ledAstray(cuttable(withAsides(segments, asides), may), astray), cuttings);
      return { ...setting, protocol: 'tcp', isn, packets };
    }),
    inField('packets', smallerList(smallerPacket)),
  );
}
