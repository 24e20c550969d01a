import fc from 'fast-check';
import type { Datagram } from '../../spec/scenario.ts';
import type { ScenarioBias } from '../bias.ts';
import { oneOf, percent, sometimes, upTo, weighted } from '../draws.ts';
import { shrinkingBy } from '../shrinking-by.ts';
import type { Size } from '../sizes.ts';
import { smallerPacket } from '../smaller/packet.ts';
import { inField, smallerList } from '../smaller/smaller.ts';
import { asides, withAsides } from './asides.ts';
import { astray, ledAstray } from './astray.ts';
import { cuttings, cutUp } from './fragments.ts';
import { cuttable, setting } from './setting.ts';
import { type Story, UNNAMED, USUAL_ISN } from './story.ts';

/** Around the edges of a datagram and of a frame: 1472 bytes are all that an MTU of 1500 leaves. */
const length: fc.Arbitrary<number> = weighted([6, 100], [2, 0], [2, 1], [1, 1000], [1, 1471], [2, 1472]);

/** One datagram of a conversation without sequence numbers: order says nothing. */
const datagram: fc.Arbitrary<Datagram> = fc
  .record({
    from: weighted<Datagram['from']>([3, 'client'], [2, 'server']),
    length,
    ttl: sometimes(5, weighted([2, 1], [1, 0], [1, 2], [1, 255])),
    checksum: weighted<'right' | 'bad' | 'none'>([20, 'right'], [1, 'bad'], [4, 'none']),
  })
  .map(({ from, length, ttl, checksum }) => ({
    kind: 'datagram',
    flow: UNNAMED,
    from,
    length,
    ...(ttl === undefined ? {} : { ttl }),
    ...(checksum === 'bad' ? { badChecksum: true } : {}),
    ...(checksum === 'none' ? { noChecksum: true } : {}),
  }));

/** A question and mostly its answer, then whatever else the two say. */
export function udpStory(bias: ScenarioBias, size: Size): fc.Arbitrary<Story> {
  const question: Datagram = { kind: 'datagram', flow: UNNAMED, from: 'client', length: 100 };
  const opening = oneOf<readonly Datagram[]>(
    [4, fc.constant([question, { ...question, from: 'server' }])],
    [2, fc.constant([question])],
    [1, fc.constant([])],
  );
  const rest = oneOf<readonly Datagram[]>(
    [bias.shortFlows, fc.constant([])],
    [100 - bias.shortFlows, upTo(size.turns, datagram, 1)],
  );
  const drawn = fc.tuple(
    setting(bias),
    opening,
    rest,
    asides(bias),
    cuttings(bias),
    astray(bias),
    percent(bias.mtu > 50 ? 50 : 10),
  );
  return shrinkingBy(
    drawn.map(([setting, opening, rest, asides, cuttings, astray, may]) => {
      const spoken = [...opening, ...rest];
      return {
        ...setting,
        protocol: 'udp',
        isn: USUAL_ISN,
        packets: cutUp(ledAstray(cuttable(withAsides(spoken, asides), may), astray), cuttings),
      };
    }),
    inField('packets', smallerList(smallerPacket)),
  );
}
