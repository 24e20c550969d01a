import fc from 'fast-check';
import { TWO_ARMED } from '../../spec/config/topology.ts';
import type { Segment } from '../../spec/scenario.ts';
import { ACK, CWR, ECE, FIN, PSH, RST, SYN, URG } from '../../spec/wire/tcp.ts';
import type { ScenarioBias } from '../bias.ts';
import { oneOf, percent, upTo, weighted } from '../draws.ts';
import type { Size } from '../sizes.ts';
import type { Dialect } from './dialect.ts';

/** Something goes wrong with one segment of a flow: counted round, so that it always hits one. */
export interface Accident {
  readonly at: number;
  readonly happens: (segments: readonly Segment[], at: number, dialect: Dialect) => readonly Segment[];
}

type Happening = Accident['happens'];
type Edit = (segment: Segment, dialect: Dialect) => Segment;

export function befall(
  segments: readonly Segment[],
  accidents: readonly Accident[],
  dialect: Dialect,
): readonly Segment[] {
  return accidents.reduce(
    (left, { at, happens }) => (left.length === 0 ? left : happens(left, at % left.length, dialect)),
    segments,
  );
}

/** Instead of the segment, or after it: so the session also goes on well. */
function edited(edit: Edit, extra: boolean): Happening {
  return (segments, at, dialect) =>
    segments.toSpliced(extra ? at + 1 : at, extra ? 0 : 1, edit(segments[at]!, dialect));
}

const lost: Happening = (segments, at) => segments.toSpliced(at, 1);
const swapped: Happening = (segments, at) =>
  at === 0 ? segments : segments.toSpliced(at - 1, 2, segments[at]!, segments[at - 1]!);

function repeated(later: number): Happening {
  return (segments, at) => segments.toSpliced(at + later, 0, segments[at]!);
}

/** The same bytes again in other pieces: it begins earlier and ends elsewhere. */
function overlapping(back: number, length: number): Happening {
  return edited(
    (segment) => ({ ...segment, seq: segment.seq - back, length: segment.length && length }),
    true,
  );
}

const lossy: fc.Arbitrary<Happening> = oneOf<Happening>(
  [3, fc.constant(lost)],
  [3, fc.integer({ min: 1, max: 6 }).map(repeated)],
  [2, fc.constant(swapped)],
  [
    2,
    fc.tuple(fc.constantFrom(0, 1, 50, 100), fc.constantFrom(1, 50, 200)).map((args) => overlapping(...args)),
  ],
);

/**
 * Distances at which something changes: one byte, a segment, the windows that are usual here (also scaled), the
 * 66,000 bytes that conntrack grants to late acknowledgements, and half of the circle.
 */
const EDGES = [0, 100, 1000, 1460, 64240, 65535, 66000, 128480, 64240 * 128, 2 ** 31] as const;

const distance: fc.Arbitrary<number> = fc
  .tuple(fc.constantFrom(...EDGES), fc.constantFrom(-1, 0, 1), fc.constantFrom(1, -1))
  .map(([edge, more, sign]) => sign * (edge + more));

const outOfWindow: fc.Arbitrary<Happening> = fc
  .tuple(distance, weighted<'seq' | 'ack'>([2, 'seq'], [1, 'ack']), percent(60))
  .map(([distance, field, extra]) =>
    edited((segment) => ({ ...segment, [field]: segment[field] + distance }), extra),
  );

/** Null, xmas, and what else no peer sends; and some that are odd but right. */
const ODD_FLAGS = [
  0,
  FIN,
  FIN | PSH | URG,
  SYN | FIN,
  SYN | FIN | ACK,
  SYN | RST,
  SYN | ACK | RST,
  RST | FIN,
  PSH,
  URG,
  ACK | URG,
  SYN | URG,
  SYN | PSH,
  SYN | ECE | CWR,
  ACK | ECE,
  FIN | ACK | URG,
  RST | ACK | PSH,
  SYN | ACK,
  SYN,
  RST,
  FIN | SYN | RST | PSH | ACK | URG | ECE | CWR,
] as const;

const wrongFlags: fc.Arbitrary<Happening> = fc
  .tuple(fc.constantFrom<number>(...ODD_FLAGS), percent(60))
  .map(([flags, extra]) => edited((segment) => ({ ...segment, flags }), extra));

const realServers = TWO_ARMED.hosts.filter((host) => host.link === 'server').map((host) => host.name);

/** What the receiver misses: it holds bytes beyond what it acknowledges. */
const selective: Edit = (segment, dialect) => {
  if (segment.options.some(({ kind }) => kind === 'sack')) return segment;
  const peer = dialect[segment.from === 'client' ? 'server' : 'client'].isn;
  // An acknowledgement may lie far before the first byte.
  const first = (peer + segment.ack + 100) >>> 0;
  const blocks = [[first, (first + 100) >>> 0] as const];
  const options = [{ kind: 'nop' } as const, { kind: 'nop' } as const, { kind: 'sack', blocks } as const];
  return { ...segment, options: [...segment.options, ...options] };
};

const wrongSum: Edit = (segment) => ({ ...segment, badChecksum: true });

const otherDamage = oneOf<Edit>(
  [3, fc.constantFrom(1, 2, 255).map((ttl) => (segment) => ({ ...segment, ttl }))],
  [7, fc.constantFrom(0, 0, 0, 1, 100, 65535).map((window) => (segment) => ({ ...segment, window }))],
  [1, fc.constant(selective)],
  [1, fc.constant((segment) => ({ ...segment, options: [] }))],
  [
    5,
    fc.constantFrom(...realServers).map(
      (by): Edit =>
        (segment) =>
          segment.from === 'server' ? { ...segment, by } : segment,
    ),
  ],
);

/** What all other damage weighs together. */
const OTHER_DAMAGE = 17;

function damaged({ wrongSums }: ScenarioBias): fc.Arbitrary<Happening> {
  const damage = oneOf<Edit>([wrongSums, fc.constant(wrongSum)], [OTHER_DAMAGE, otherDamage]);
  return fc.tuple(damage, percent(30)).map(([edit, extra]) => edited(edit, extra));
}

function accident(bias: ScenarioBias): fc.Arbitrary<Accident> {
  return fc.record({
    at: fc.nat({ max: 59 }),
    happens: oneOf<Happening>(
      [bias.lossy, lossy],
      [bias.outOfWindow, outOfWindow],
      [bias.wrongFlags, wrongFlags],
      [bias.damaged, damaged(bias)],
    ),
  });
}

/** What happens to one flow: mostly nothing, or a few accidents. */
export function accidents(bias: ScenarioBias, size: Size): fc.Arbitrary<readonly Accident[]> {
  return oneOf<readonly Accident[]>(
    [bias.accidents, upTo(size.accidents, accident(bias), 1)],
    [100 - bias.accidents, fc.constant([])],
  );
}
