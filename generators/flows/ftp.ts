import fc from 'fast-check';
import { usualLength } from '../../spec/config/named-text.ts';
import type { Segment } from '../../spec/scenario.ts';
import { ACK, FIN, PSH, RST, SYN } from '../../spec/wire/tcp.ts';
import { clientPort } from '../addresses.ts';
import type { ScenarioBias } from '../bias.ts';
import { oneOf, percent, sometimes, upTo, weighted } from '../draws.ts';
import { shrinkingBy } from '../shrinking-by.ts';
import type { Size } from '../sizes.ts';
import { smallerPacket } from '../smaller/packet.ts';
import { inField, smallerList } from '../smaller/smaller.ts';
import { accidents, befall } from './accidents.ts';
import { asides, withAsides } from './asides.ts';
import { type Dialect, dialect } from './dialect.ts';
import { cuttings, cutUp } from './fragments.ts';
import { ACTIVE_PORT, anyExchange, type Exchange, type Line, PASSIVE_PORT } from './ftp-lines.ts';
import { setting } from './setting.ts';
import { type DataConnection, type Story, UNNAMED, UNNAMED_DATA } from './story.ts';

type From = Segment['from'];

/** A segment without words. */
type Said = readonly [from: From, flags: number];

/** What is said on the control connection, and how far its data connection gets. */
interface Talk {
  readonly exchanges: readonly Exchange[];
  /** Lines that come in two segments: which, counted round, and where they are cut, in thousandths. */
  readonly cuts: readonly { readonly line: number; readonly at: number }[];
  /** The client has seen the virtual address in the answers, so it counts as the director does. */
  readonly rewritten: boolean;
  /** Segments of the data connection. */
  readonly opened: number;
  /** What else its ends send, in no order. */
  readonly strays: readonly { readonly from: From; readonly flags: number }[];
  /** How the control connection ends, and begins anew. */
  readonly closing: readonly Said[];
}

/** A data connection that its ends open, or one whose first segment is the wrong one. */
function opening({ disorder }: ScenarioBias): fc.Arbitrary<Pick<Talk, 'opened' | 'strays'>> {
  return oneOf<Pick<Talk, 'opened' | 'strays'>>(
    [
      100 - disorder,
      fc.record({ opened: weighted([7, 3], [2, 4], [2, 1], [1, 2], [1, 0]), strays: strays(30) }),
    ],
    [disorder, fc.record({ opened: fc.constant(0), strays: strays(100) })],
  );
}

function strays(percent: number): fc.Arbitrary<Talk['strays']> {
  const stray = fc.record({
    from: weighted<From>([2, 'client'], [3, 'server']),
    flags: weighted<number>([1, SYN], [1, SYN | ACK], [3, ACK], [3, FIN | ACK], [3, RST]),
  });
  return oneOf<Talk['strays']>([100 - percent, fc.constant([])], [percent, upTo(3, stray, 1)]);
}

const CLIENT_CALLS_AGAIN: Said = ['client', SYN];

/** Who calls again does so from the same port, while the data connection may still be there. */
const closing = weighted<Talk['closing']>(
  [5, []],
  [2, [['client', FIN | ACK]]],
  [2, [['client', RST]]],
  [3, [['client', RST], CLIENT_CALLS_AGAIN]],
  [1, [['client', FIN | ACK], ['server', FIN | ACK], ['client', ACK], CLIENT_CALLS_AGAIN]],
);

const at = fc.nat({ max: 999 });
const line: fc.Arbitrary<Talk['cuts']> = fc.record({ line: fc.nat({ max: 6 }), at }).map((cut) => [cut]);
/** Of the two exchanges that there are at most. */
const everyLine: fc.Arbitrary<Talk['cuts']> = fc
  .tuple(at, at, at, at)
  .map((places) => places.map((at, line) => ({ line, at })));

function talk(bias: ScenarioBias): fc.Arbitrary<Talk> {
  return fc
    .record({
      exchanges: upTo(2, anyExchange, 1),
      cuts: oneOf<Talk['cuts']>(
        [100 - bias.halfLines, fc.constant([])],
        [bias.halfLines, bias.halfLines > 50 ? everyLine : line],
      ),
      rewritten: percent(75),
      opening: opening(bias),
      closing,
    })
    .map(({ opening, ...rest }) => ({ ...rest, ...opening }));
}

/** Segments with the numbers of ends that hear each other; `moved` bytes of the server's are seen by the client alone. */
class Speaker {
  readonly segments: Segment[] = [];
  readonly #flow: string;
  readonly #dialect: Dialect;
  readonly #said = { client: 0, server: 0 };
  moved = 0;

  constructor(flow: string, dialect: Dialect) {
    this.#flow = flow;
    this.#dialect = dialect;
  }

  say(from: From, flags: number, text = '', length = usualLength(text, from)): void {
    const heard = this.#said[from === 'client' ? 'server' : 'client'] + (from === 'client' ? this.moved : 0);
    const syn = (flags & SYN) !== 0;
    this.segments.push({
      ...{ kind: 'segment', flow: this.#flow, from, flags, seq: this.#said[from] },
      ...{ ack: (flags & ACK) === 0 ? 0 : heard, window: this.#dialect[from].window, length },
      options: syn ? this.#dialect[from].options : [],
      ...(text === '' ? {} : { text }),
    });
    this.#said[from] += length + (syn || (flags & FIN) !== 0 ? 1 : 0);
  }

  open(opener: From, segments = 3): void {
    const other = opener === 'client' ? 'server' : 'client';
    const steps = [
      [opener, SYN],
      [other, SYN | ACK],
      [opener, ACK],
    ] as const;
    for (const [from, flags] of steps.slice(0, segments)) this.say(from, flags);
    if (segments > steps.length) this.say('server', PSH | ACK, '', 100);
  }
}

function spoken(
  { exchanges, cuts, rewritten, opened, strays, closing }: Talk,
  dialect: Dialect,
): readonly Segment[] {
  const control = new Speaker(UNNAMED, dialect);
  control.open('client');
  control.say('server', PSH | ACK, '220 Ready\r\n');
  const opens = exchanges.findIndex(({ opens }) => opens !== undefined);
  for (const [index, { lines, opens: way, grows }] of exchanges.entries()) {
    for (const [at, line] of lines.entries()) speakLine(control, line, cutOf(cuts, 2 * index + at));
    if (rewritten) control.moved += grows;
    if (index !== opens || !way) continue;
    const data = new Speaker(UNNAMED_DATA, dialect);
    data.open(way === 'passive' ? 'client' : 'server', opened);
    for (const { from, flags } of strays) data.say(from, flags);
    control.segments.push(...data.segments);
  }
  control.say('client', ACK);
  for (const [from, flags] of closing) control.say(from, flags);
  return control.segments;
}

function cutOf(cuts: Talk['cuts'], line: number): number | undefined {
  return cuts.find((cut) => cut.line === line)?.at;
}

/** In two segments the second has words of its own: addresses in names are not cut. */
function speakLine(speaker: Speaker, { from, text }: Line, cut: number | undefined): void {
  const at = cut === undefined ? 0 : Math.floor((text.length * cut) / 1000);
  const inName = text.slice(0, at).lastIndexOf('{') > text.slice(0, at).lastIndexOf('}');
  if (at > 0 && !inName) speaker.say(from, PSH | ACK, text.slice(0, at));
  speaker.say(from, PSH | ACK, at > 0 && !inName ? text.slice(at) : text);
}

/** A control connection of FTP, the data connection that its ends agree on, and what happens to their segments. */
export function ftpStory(bias: ScenarioBias, size: Size): fc.Arbitrary<Story> {
  const drawn = fc.tuple(
    setting(bias),
    fc.record({
      ...{
        talk: talk(bias),
        dialect,
        accidents: accidents(bias, size),
        asides: asides(bias),
        cuttings: cuttings(bias),
        clientPort,
      },
      otherPort: sometimes(8, fc.constantFrom(1, -1, 256)),
    }),
  );
  return shrinkingBy(
    drawn.map(([setting, { talk, dialect, accidents, asides, cuttings, clientPort, otherPort = 0 }]) => {
      const segments = befall(spoken(talk, dialect), accidents, dialect);
      const way = talk.exchanges.find(({ opens }) => opens)?.opens;
      const port = (way === 'active' ? ACTIVE_PORT : PASSIVE_PORT) + otherPort;
      const data: DataConnection | undefined = way && { way, port, clientPort };
      return {
        ...setting,
        target: { ...setting.target, port: 21 },
        protocol: 'tcp',
        isn: { client: dialect.client.isn, server: dialect.server.isn },
        packets: cutUp(withAsides(segments, asides), cuttings),
        ...(data && { data, servicePort: 21 }),
      };
    }),
    inField('packets', smallerList(smallerPacket)),
  );
}
