import fc from 'fast-check';
import type { SctpChunks } from '../../spec/scenario.ts';
import { SCTP_CHUNK_TYPES, type SctpChunkName } from '../../spec/wire/sctp.ts';
import type { ScenarioBias } from '../bias.ts';
import { oneOf, percent, sometimes, upTo, weighted } from '../draws.ts';
import { shrinkingBy } from '../shrinking-by.ts';
import type { Size } from '../sizes.ts';
import { smallerPacket } from '../smaller/packet.ts';
import { inField, smallerList } from '../smaller/smaller.ts';
import { asides, withAsides } from './asides.ts';
import { setting } from './setting.ts';
import { type Story, UNNAMED } from './story.ts';

type From = SctpChunks['from'];

const says = (from: From, ...chunks: readonly SctpChunkName[]): SctpChunks => ({
  kind: 'sctp',
  flow: UNNAMED,
  from,
  chunks,
});

const OPENING = [
  says('client', 'INIT'),
  says('server', 'INIT_ACK'),
  says('client', 'COOKIE_ECHO'),
  says('server', 'COOKIE_ACK'),
];

const withTag = (packet: SctpChunks, tag: number | undefined): SctpChunks =>
  tag === undefined ? packet : { ...packet, tag };

/** What keeps a path open, and opens a second one. Who has begun anew says it with a tag that nobody knows. */
const heartbeats: fc.Arbitrary<readonly SctpChunks[]> = fc
  .tuple(
    weighted<From>([2, 'client'], [1, 'server']),
    sometimes(40, fc.constant(7)),
    sometimes(40, fc.constant(9)),
    percent(75),
  )
  .map(([from, tag, another, answered]) => [
    withTag(says(from, 'HEARTBEAT'), tag),
    ...(answered ? [withTag(says(from === 'client' ? 'server' : 'client', 'HEARTBEAT_ACK'), another)] : []),
  ]);

const CLOSING = {
  client: [says('client', 'SHUTDOWN'), says('server', 'SHUTDOWN_ACK'), says('client', 'SHUTDOWN_COMPLETE')],
  server: [says('server', 'SHUTDOWN'), says('client', 'SHUTDOWN_ACK'), says('server', 'SHUTDOWN_COMPLETE')],
  abort: [says('client', 'ABORT')],
  none: [],
} as const;

const chunk = fc.constantFrom(...(Object.keys(SCTP_CHUNK_TYPES) as SctpChunkName[]));

/** Whatever comes, with tags that are nobody's now and then. */
const packet: fc.Arbitrary<SctpChunks> = fc
  .record({
    from: weighted<From>([3, 'client'], [2, 'server']),
    chunks: oneOf<readonly SctpChunkName[]>(
      [5, chunk.map((one) => [one])],
      [2, fc.constant(['DATA'] as const)],
      [1, fc.constant(['COOKIE_ECHO', 'ABORT'] as const)],
      [2, fc.tuple(chunk, chunk)],
    ),
    tag: sometimes(12, weighted([2, 0], [1, 7])),
    ttl: sometimes(4, weighted([2, 1], [1, 2])),
    badChecksum: percent(15),
  })
  .map(({ from, chunks, tag, ttl, badChecksum }) => ({
    ...says(from, ...chunks),
    ...(tag === undefined ? {} : { tag }),
    ...(ttl === undefined ? {} : { ttl }),
    ...(badChecksum ? { badChecksum } : {}),
  }));

/** An association from its opening to its end, of which the last parts may be missing; then, or instead, anything. */
export function sctpStory(bias: ScenarioBias, size: Size): fc.Arbitrary<Story> {
  const session = fc
    .tuple(
      weighted([6, 4], [2, 3], [1, 2], [1, 1]),
      upTo(2, weighted<From>([2, 'client'], [1, 'server'])),
      sometimes(30, heartbeats),
      weighted<keyof typeof CLOSING>([2, 'client'], [1, 'server'], [1, 'abort'], [2, 'none']),
    )
    .map(([opened, data, beats = [], closing]): readonly SctpChunks[] =>
      opened < OPENING.length
        ? OPENING.slice(0, opened)
        : [...OPENING, ...data.map((from) => says(from, 'DATA')), ...beats, ...CLOSING[closing]],
    );
  const secondPath = fc.array(heartbeats, { minLength: 1, maxLength: 3 }).map((beats) => beats.flat());
  const drawn = fc.tuple(
    setting(bias),
    oneOf<readonly SctpChunks[]>(
      [100 - bias.disorder, oneOf([6, session], [1, secondPath])],
      [bias.disorder, fc.constant([])],
    ),
    upTo(size.turns, packet),
    percent(Math.max(30, bias.disorder)),
    asides(bias),
  );
  return shrinkingBy(
    drawn.map(([setting, session, more, odd, asides]) => ({
      ...setting,
      protocol: 'sctp',
      isn: TAGS,
      packets: withAsides([...(session.length > 0 ? session : [OPENING[0]!]), ...(odd ? more : [])], asides),
    })),
    inField('packets', smallerList(smallerPacket)),
  );
}

/** The tags that the two choose. */
const TAGS = { client: 1000, server: 5000 };
