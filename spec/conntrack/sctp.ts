import type { Skb } from '../skb.ts';
import type { Net, Tracked } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import {
  CONNTRACK_SCTP_TABLE,
  CONNTRACK_SCTP_TIMEOUTS,
  type ConntrackSctpState,
} from '../tables/conntrack-sctp.ts';
import type { Hook } from '../tables/hooks.ts';
import { note } from '../trace-log.ts';
import {
  initiateTag,
  SCTP_CHUNK_TYPES,
  SCTP_HEADER_BYTES,
  type SctpChunk,
  sctpChecksumIsRight,
  sctpChunks,
  verificationTag,
} from '../wire/sctp.ts';
import { heartbeat } from './sctp-heartbeat.ts';
import { refresh } from './table.ts';
import { type Direction, directionOf, REPLY, type SctpTrack, type TrackVerdict } from './types.ts';

const {
  DATA,
  HEARTBEAT,
  HEARTBEAT_ACK,
  INIT,
  INIT_ACK,
  ABORT,
  SHUTDOWN_ACK,
  COOKIE_ECHO,
  COOKIE_ACK,
  SHUTDOWN_COMPLETE,
} = SCTP_CHUNK_TYPES;

/** Chunks that nobody sends to one who does not know him (RFC 9260, 8.4). */
const NEVER_FIRST = [ABORT, SHUTDOWN_COMPLETE, COOKIE_ACK];
/** Chunks that have a rule of their own about the verification tag, or need none (RFC 9260, 8.5.1). */
const OWN_TAG_RULE: ReadonlySet<number> = new Set([
  INIT,
  SHUTDOWN_COMPLETE,
  COOKIE_ECHO,
  ABORT,
  SHUTDOWN_ACK,
  HEARTBEAT,
  HEARTBEAT_ACK,
]);
/** The sender had no tag of the receiver's, so it sent its own back. */
const T_FLAG = 1;

/** Follows an association by its chunks and tags (net/netfilter/nf_conntrack_proto_sctp.c, nf_conntrack_sctp_packet). */
export function trackSctp(net: Net, { entry, skb, info, hook }: Tracked): TrackVerdict {
  if (isBroken(net, skb, hook)) return 'INVALID';
  const chunks = [...sctpChunks(skb.payload)];
  if (!isWellFormed(chunks)) return 'INVALID';
  const types = new Set(chunks.map(({ type }) => type));
  if (!entry.confirmed) {
    if (NEVER_FIRST.some((type) => types.has(type))) return 'INVALID';
    const begun = begin(skb.payload, chunks);
    if (!begun) return 'INVALID';
    entry.sctp = begun;
  }
  const packet = { bytes: skb.payload, chunks, way: directionOf(info) } as const;
  const ownRule = [...types].some((type) => OWN_TAG_RULE.has(type));
  if (!ownRule && verificationTag(skb.payload) !== entry.sctp!.tags[packet.way]) return 'INVALID';
  return follow(net, entry, packet);
}

function isBroken(net: Net, { payload }: Skb, hook: Hook): boolean {
  if (payload.length < SCTP_HEADER_BYTES) return true;
  const verify = hook === 'NF_INET_PRE_ROUTING' && sysctl(net, 'net.netfilter.nf_conntrack_checksum') !== 0;
  return verify && !sctpChecksumIsRight(payload);
}

/** do_basic_checks: cookies come first, openings and the last word alone, and some chunk there is. */
function isWellFormed(chunks: readonly SctpChunk[]): boolean {
  let alone = false;
  for (const [index, { type, length }] of chunks.entries()) {
    if (type === INIT || type === INIT_ACK || type === SHUTDOWN_COMPLETE) alone = true;
    if (length === 0 || (index > 0 && (alone || type === COOKIE_ACK || type === COOKIE_ECHO))) return false;
  }
  return chunks.length > 0;
}

/** sctp_new: what a first packet tells; undefined where none can be the first. */
function begin(bytes: Uint8Array, chunks: readonly SctpChunk[]): SctpTrack | undefined {
  const track: SctpTrack = { state: 'NONE', tags: [0, 0], init: [false, false], strange: undefined };
  for (const chunk of chunks) {
    // Chunks that the table does not know lead nowhere from here.
    if (!CONNTRACK_SCTP_TABLE[0].has(chunk.type)) return undefined;
    const tag = verificationTag(bytes);
    if (chunk.type === SHUTDOWN_ACK) track.tags[REPLY] = tag;
    // On a path of its own nobody has named a tag.
    if (chunk.type === HEARTBEAT) track.tags[0] = tag;
    if (chunk.type !== INIT) continue;
    const own = initiateTag(bytes, chunk);
    if (tag !== 0 || own === undefined) return undefined;
    track.tags[REPLY] = own;
  }
  return track;
}

interface Packet {
  readonly bytes: Uint8Array;
  readonly chunks: readonly SctpChunk[];
  readonly way: Direction;
}

/** Chunk by chunk. A packet that turns out to be invalid in its middle has changed what its first half changes. */
function follow(net: Net, entry: Tracked['entry'], { bytes, chunks, way }: Packet): TrackVerdict {
  const track = entry.sctp!;
  const hasData = chunks.some(({ type }) => type === DATA);
  let unchanged = false;
  for (const chunk of chunks) {
    if (!tagIsRight(track, bytes, chunk, way)) return 'INVALID';
    if (chunk.type === HEARTBEAT || chunk.type === HEARTBEAT_ACK) {
      const { type } = chunk;
      const said = heartbeat(track, { type, tag: verificationTag(bytes), way, strict: hasData || unchanged });
      if (said === 'INVALID') return 'INVALID';
      unchanged ||= said === 'pass';
      if (said === 'pass') continue;
    }
    if (chunk.type === COOKIE_ACK) track.init = [false, false];
    const before = track.state;
    const next = CONNTRACK_SCTP_TABLE[way].get(chunk.type)?.[before] ?? before;
    if (next === 'INVALID') return 'INVALID';
    if (!learnTag(track, { bytes, chunk, way, before })) return 'INVALID';
    // An INIT said again does not keep the entry alive.
    unchanged ||= chunk.type === INIT && next === 'CLOSED' && before === 'CLOSED' && entry.confirmed;
    note(net, 'conntrack', 'nf_conntrack_sctp_packet', '', () => `chunk ${chunk.type}: ${before} -> ${next}`);
    track.state = next;
    if (next === 'ESTABLISHED' && before !== next) entry.assured = true;
  }
  if (!unchanged) refresh(net, entry, CONNTRACK_SCTP_TIMEOUTS[track.state].seconds * net.kernel.hz);
  return 'ACCEPT';
}

function tagIsRight(
  { tags }: SctpTrack,
  bytes: Uint8Array,
  { type, flags }: SctpChunk,
  way: Direction,
): boolean {
  const tag = verificationTag(bytes);
  switch (type) {
    case INIT:
      return tag === 0;
    case ABORT:
    case SHUTDOWN_COMPLETE:
      return tag === tags[(flags & T_FLAG) === 0 ? way : other(way)];
    case COOKIE_ECHO:
      return tag === tags[way];
    default:
      return true;
  }
}

interface Opening {
  readonly bytes: Uint8Array;
  readonly chunk: SctpChunk;
  readonly way: Direction;
  readonly before: ConntrackSctpState;
}

/** INIT and INIT_ACK say by which tag their sender is to be called; false where an answer is to another question. */
function learnTag(track: SctpTrack, { bytes, chunk, way, before }: Opening): boolean {
  if (chunk.type !== INIT && chunk.type !== INIT_ACK) return true;
  const own = initiateTag(bytes, chunk);
  if (own === undefined) return false;
  const back = other(way);
  const known = track.tags[back];
  if (chunk.type === INIT) {
    if (before === 'NONE' || known !== own) {
      if (track.init[way] && track.init[back]) track.init[back] = false;
      track.init[way] = true;
    }
  } else {
    if (!track.init[back] && known !== 0 && known !== own) return false;
    if (track.init[way] && track.init[back] && known !== own) return false;
  }
  track.tags[back] = own;
  return true;
}

function other(way: Direction): Direction {
  return way === REPLY ? 0 : REPLY;
}
