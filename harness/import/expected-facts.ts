import type { Fact } from '../../spec/expectation.ts';
import type { Ipv4, Mac } from '../../spec/wire/address.ts';
import { ICMP_ECHO_REPLY } from '../../spec/wire/icmp.ts';
import { PROTOCOL_TCP } from '../../spec/wire/ipv4.ts';
import { parseTcpHeader, RST } from '../../spec/wire/tcp.ts';
import { addressOf, type Casting } from './casting.ts';
import type { Traffic } from './conversations.ts';
import type { Answer, Exchange } from './exchange.ts';
import { isControl, textIn } from './ftp-control.ts';
import { recastText } from './ftp-words.ts';
import type { CapturedPacket } from './packet.ts';
import type { Asked } from './read-frames.ts';

/** What is needed to say what a director did with a packet. */
export interface Evidence {
  readonly casting: Casting;
  readonly owners: ReadonlyMap<Mac, Ipv4>;
  readonly asked: readonly Asked[];
  readonly seen: Traffic['seen'];
  /** The capture's last microsecond. */
  readonly end: number;
}

/** What comes later than this may not be in the capture any more. */
const BRINK_MICROSECONDS = 1_000;

/**
 * What the capture shows that the director did with a packet. Nothing where nobody can tell: what the director knew of
 * these ends came before the capture, no packet was seen on
 * that side, or a packet went to a real server whose card nobody knows.
 */
export function factsOf(exchange: Exchange, evidence: Evidence): Fact[] {
  const { answers, classified, packet, conversation } = exchange;
  if (conversation.isAfterUnknown) return [];
  const facts = answers.flatMap((answer) => [
    factOf(answer, exchange, evidence),
    saidFact(answer, exchange, evidence),
  ]);
  if (facts.length > 0) return unique(facts.filter((fact) => fact !== undefined));
  // FTP's lines are rewritten, and all behind them has other numbers: what has no number is not known again.
  if (isControl(exchange.conversation.virtual) && packet.id === 0) return [];
  const other = classified.from === 'client' ? 'server' : 'client';
  if (exchange.doubtful || asksFor(packet, evidence)) return [];
  const visible = evidence.seen[other] && evidence.seen[classified.from];
  return visible && packet.at + BRINK_MICROSECONDS < evidence.end ? [{ kind: 'nothing' }] : [];
}

/** Somebody asks who has an address, just then: the director, it may be, which keeps the packet until it knows. */
function asksFor({ at }: CapturedPacket, { asked, casting: { roles } }: Evidence): boolean {
  return asked.some(
    (one) =>
      one.at >= at && one.at - at <= BRINK_MICROSECONDS && !/^[CR]IP/.test(roles.get(one.by)?.name ?? ''),
  );
}

function factOf(answer: Answer, exchange: Exchange, evidence: Evidence): Fact | undefined {
  if (answer.kind === 'back') return backFact(answer);
  return exchange.classified.from === 'client' ? serverFact(answer, evidence) : clientFact(answer, evidence);
}

/** A line that left with other words than it came with. */
function saidFact(
  { kind, packet }: Answer,
  { packet: came, conversation, classified }: Exchange,
  { casting }: Evidence,
): Fact | undefined {
  if (kind === 'back' || classified.error || !isControl(conversation.virtual)) return undefined;
  const text = textIn(packet);
  return text === undefined || text === textIn(came)
    ? undefined
    : { kind: 'says', text: recastText(text, casting) };
}

function backFact({ packet, classified: { error, echo } }: Answer): Fact | undefined {
  if (error) return { kind: 'icmp', type: error.type, code: error.code };
  if (echo) return { kind: 'icmp', type: ICMP_ECHO_REPLY, code: 0 };
  const tcp = packet.protocol === PROTOCOL_TCP ? parseTcpHeader(packet.body) : undefined;
  return (tcp?.flags ?? 0) & RST ? { kind: 'reset' } : undefined;
}

/** By address where it was translated or tunnelled, else by the card that it was sent to. */
function serverFact(
  { kind, packet, classified: { far } }: Answer,
  { casting, owners }: Evidence,
): Fact | undefined {
  const routed = packet.macs && owners.get(packet.macs.destination);
  const address =
    kind === 'translated'
      ? packet.destination
      : (packet.outer?.destination ?? (far.kind === 'real' ? far.address : routed));
  const name = address === undefined ? undefined : casting.roles.get(address)?.name;
  return name?.startsWith('RIP') ? { kind: 'sent', to: name } : undefined;
}

/** With the source that it shows: whether it was translated is what matters most. */
function clientFact(
  { kind, classified: { client, far, error, echo, other } }: Answer,
  { casting }: Evidence,
): Fact | undefined {
  const name = casting.roles.get(client.address)?.name;
  if (!name?.startsWith('CIP')) return undefined;
  if (kind === 'translated') return { kind: 'sent', to: name };
  const source = { address: addressOf(casting, far.address), port: far.port };
  return { kind: 'sent', to: name, ...(error || echo || other ? {} : { source }) };
}

function unique(facts: readonly Fact[]): Fact[] {
  const seen = new Set<string>();
  return facts.filter((fact) => !seen.has(JSON.stringify(fact)) && seen.add(JSON.stringify(fact)));
}
