import type { DirectorConfig } from '../../spec/config/director-config.ts';
import { usualLength } from '../../spec/config/named-text.ts';
import type { Expectation } from '../../spec/expectation.ts';
import type { Endpoint, Flow, Scenario, TimelineItem } from '../../spec/scenario.ts';
import { DEFAULT_ISN } from '../../spec/scenario-text/flow.ts';
import { PROTOCOL_TCP } from '../../spec/wire/ipv4.ts';
import { InputError } from '../errors.ts';
import { addressOf, type Casting } from './casting.ts';
import type { Conversation, Exchange } from './exchange.ts';
import { type Evidence, factsOf } from './expected-facts.ts';
import { isAboutData, isControl, linesAtStart, textIn } from './ftp-control.ts';
import { FtpNumbering } from './ftp-numbering.ts';
import { withNames, withoutBegun } from './ftp-words.ts';
import { itemsOf, type Wording } from './packet-items.ts';
import { WholeDatagrams } from './whole-datagrams.ts';

/** A scenario, and the packets of the capture that its steps are: the step's number, counted from 1, to the frame's. */
export interface Imported {
  readonly scenario: Scenario;
  readonly frames: ReadonlyMap<number, number>;
  /** Packets of the flows that no item of a timeline can say. */
  readonly untold: number;
}

/** As many as a scenario file may have; a capture that needs more is to be cut down. */
const MOST_STEPS = 5_000;
/** A packet takes a jiffy to play, of which most kernels have 250 a second. What comes sooner comes then. */
const STEP_MS = 4;
/** Longer lines of FTP say nothing that matters here. */
const MOST_TEXT_BYTES = 200;
/** Beyond this no file would hold the payloads. */
const MOST_PAYLOAD_BYTES = 32 * 1024;

export interface Story extends Evidence {
  readonly title: string;
  readonly director: DirectorConfig;
  readonly anonymise: boolean;
}

/** The exchanges in the order of their packets, with the gaps between them and what the director did each time. */
export function scenarioOf(exchanges: readonly Exchange[], story: Story): Imported {
  const names = new Map<Conversation, string>();
  for (const { conversation } of exchanges)
    if (!names.has(conversation)) names.set(conversation, `f${names.size + 1}`);
  const timeline: TimelineItem[] = [];
  const expectations: Expectation[] = [];
  const frames = new Map<number, number>();
  const payloads = !story.anonymise && payloadBytes(exchanges) <= MOST_PAYLOAD_BYTES;
  const wholes = new WholeDatagrams(exchanges);
  const numbering = new FtpNumbering(exchanges, story.casting);
  const reached = new Map<Conversation, Endpoint>();
  const [first] = exchanges;
  let [ms, untold] = [0, 0];
  for (const exchange of exchanges) {
    const { packet, conversation } = exchange;
    const speaker = speakerIn(exchange, reached, story.casting);
    const words = {
      flow: names.get(conversation)!,
      whole: wholes.of(packet),
      payloads,
      line: lineOf(exchange, story) ?? lineInPieces(exchange, story, wholes),
      casting: story.casting,
      moved: (...where: Parameters<Wording['moved']>) => numbering.inScenario(conversation, ...where),
    };
    const items = speaker ? itemsOf(exchange, { ...words, ...speaker }) : [];
    if (items.length === 0) {
      untold += 1;
      continue;
    }
    const now = Math.round((packet.at - first!.packet.at) / 1000);
    if (now > ms) timeline.push({ kind: 'wait', ms: now - ms });
    ms = Math.max(ms, now) + items.length * STEP_MS;
    for (const item of items) {
      timeline.push(item);
      frames.set(timeline.length, packet.number);
      for (const fact of factsOf(exchange, story)) expectations.push({ after: timeline.length, fact });
    }
  }
  if (timeline.length > MOST_STEPS)
    throw new InputError(
      `the capture comes to ${timeline.length} steps; allowed: ${MOST_STEPS}; name the flows that matter with --client ADDRESS:PORT`,
    );
  const flows = [...names].map(([conversation, name]) => [name, flowOf(conversation, names, story.casting)]);
  const { title, director } = story;
  const scenario = { title, director, flows: Object.fromEntries(flows), timeline };
  return { scenario: { ...scenario, ...(expectations.length > 0 && { expectations }) }, frames, untold };
}

function flowOf(
  { protocol, client, virtual, isn, data }: Conversation,
  names: ReadonlyMap<Conversation, string>,
  casting: Casting,
): Flow {
  const server = data?.opener === 'server' ? names.get(data.control) : undefined;
  return {
    protocol,
    client: { address: addressOf(casting, client.address), port: client.port },
    service: { address: addressOf(casting, virtual.address), port: virtual.port },
    isn:
      protocol === 'udp'
        ? DEFAULT_ISN
        : { client: isn.client ?? DEFAULT_ISN.client, server: isn.server ?? DEFAULT_ISN.server },
    ...(server && { with: server }),
  };
}

/** Lines of FTP have addresses in them; of those that are to stay unknown only what opens data connections is told. */
function lineOf(
  { conversation, packet, classified }: Exchange,
  { casting, anonymise }: Story,
): string | undefined {
  const text = isControl(conversation.virtual) && !classified.error ? textIn(packet) : undefined;
  if (text === undefined || text.length > MOST_TEXT_BYTES || (anonymise && !isAboutData(text)))
    return undefined;
  const named = withNames(text, casting, { address: packet.source, from: classified.from });
  return anonymise ? withoutBegun(named) : named;
}

/**
 * A line of a segment that came in fragments, as far as it is known. Where the addresses of the cast are longer or shorter
 * none is told: the fragments would be others.
 */
function lineInPieces(
  { conversation, packet, classified }: Exchange,
  { casting }: Story,
  wholes: WholeDatagrams,
): string | undefined {
  const first = wholes.of(packet)?.first;
  if (!first || packet.protocol !== PROTOCOL_TCP || !isControl(conversation.virtual)) return undefined;
  const lines = linesAtStart(first);
  const named = lines && withNames(lines, casting, { address: packet.source, from: classified.from });
  return named && usualLength(named, classified.from) === lines.length ? named : undefined;
}

function payloadBytes(exchanges: readonly Exchange[]): number {
  return exchanges.reduce((sum, { packet }) => sum + packet.body.length, 0);
}

/**
 * Who sends it: `by` names a real server that answers although the flow was not forwarded to it, as far as was seen.
 * Undefined of one that speaks as the virtual address although nothing for that reached it, and of one that speaks from
 * another port than the flow has: no timeline has such a one.
 */
function speakerIn(
  { conversation, classified, answers }: Exchange,
  reached: Map<Conversation, Endpoint>,
  { roles }: Casting,
): Pick<Wording, 'by'> | undefined {
  const { from, far, error, echo, other } = classified;
  for (const { kind, classified: to } of answers)
    if (from === 'client' && kind !== 'back' && !to.error && !to.echo && !to.other)
      reached.set(conversation, to.far);
  const { data, virtual } = conversation;
  const control = data?.opener === 'server' ? data.control : conversation;
  const place = reached.get(conversation) ?? reached.get(control);
  const isThere = place?.address === far.address;
  if (from === 'client') return { by: undefined };
  if (far.kind === 'virtual') return isThere || error ? { by: undefined } : undefined;
  const hasPort = error || echo || other || data || far.port === (place ?? virtual).port;
  return hasPort ? { by: isThere ? undefined : roles.get(far.address)?.name } : undefined;
}
