import fc from 'fast-check';
import type { Datagram, IcmpError, OtherPacket, PacketItem } from '../../spec/scenario.ts';
import { ISAKMP_PORT } from '../addresses.ts';
import type { ScenarioBias } from '../bias.ts';
import { oneOf, percent, sometimes, upTo, weighted } from '../draws.ts';
import { shrinkingBy } from '../shrinking-by.ts';
import type { Size } from '../sizes.ts';
import { smallerPacket } from '../smaller/packet.ts';
import { inField, smallerList } from '../smaller/smaller.ts';
import { asides, icmpError, withAsides } from './asides.ts';
import { astray, ledAstray } from './astray.ts';
import { cuttings, cutUp } from './fragments.ts';
import { ipsecBody, otherPacket } from './others.ts';
import { cuttable, setting } from './setting.ts';
import { type Story, UNNAMED, USUAL_ISN } from './story.ts';

/** What is said about keys. */
const about = (from: Datagram['from']): Datagram => ({ kind: 'datagram', flow: UNNAMED, from, length: 100 });

/** What somebody has to say of the packet before; sometimes as if that had been a later fragment. */
const complaint = (bias: ScenarioBias): fc.Arbitrary<IcmpError> =>
  fc
    .tuple(icmpError(bias), sometimes(12, fc.constant(185)))
    .map(([error, quotedOffset]) => ({ ...error, ...(quotedOffset && { quotedOffset }) }));

/** Whoever got the packet complains. */
function answered([packet, error]: readonly [OtherPacket, IcmpError | undefined]): readonly PacketItem[] {
  if (!error) return [packet];
  const { by: _, ...own } = error;
  return [packet, { ...own, from: packet.from === 'client' ? 'server' : 'client' }];
}

/** ISAKMP, mostly before anything else, and what the two send each other by IPsec then. */
export function ipsecStory(bias: ScenarioBias, size: Size): fc.Arbitrary<Story> {
  const opening = weighted<readonly Datagram[]>(
    [4, [about('client'), about('server')]],
    [3, [about('client')]],
    [1, [about('server')]],
    [1, []],
  );
  const rest = oneOf<readonly PacketItem[]>(
    [
      6,
      fc
        .tuple(otherPacket(ipsecBody), sometimes(Math.round(bias.icmpErrors / 2), complaint(bias)))
        .map(answered),
    ],
    [1, weighted([2, [about('client')]], [1, [about('server')]])],
  );
  const drawn = fc.tuple(
    setting(bias),
    fc.record({
      opening,
      rest: upTo(size.turns + 1, rest, 1),
      ownPort: percent(10),
      asides: asides(bias),
      cuttings: cuttings(bias),
      astray: astray(bias),
      may: percent(bias.mtu > 50 ? 50 : 10),
    }),
  );
  return shrinkingBy(
    drawn.map(([setting, { opening, rest, ownPort, asides, cuttings, astray, may }]) => {
      const { target } = setting;
      const clientPort = ownPort ? target.clientPort : ISAKMP_PORT;
      const spoken = withAsides([...opening, ...rest.flat()], asides);
      return {
        ...setting,
        target: { ...target, clientPort, port: ISAKMP_PORT },
        servicePort: ISAKMP_PORT,
        protocol: 'udp',
        isn: USUAL_ISN,
        packets: cutUp(ledAstray(cuttable(spoken, may), astray), cuttings),
      };
    }),
    inField('packets', smallerList(smallerPacket)),
  );
}
