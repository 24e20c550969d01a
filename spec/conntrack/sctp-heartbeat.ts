import { SCTP_CHUNK_TYPES } from '../wire/sctp.ts';
import { type Direction, REPLY, type SctpTrack } from './types.ts';

/** A heartbeat or its answer, in a packet with that verification tag. */
export interface Heartbeat {
  readonly type: number;
  readonly tag: number;
  readonly way: Direction;
  /** With data, or behind what changes nothing: then a wrong tag is not looked at more closely. */
  readonly strict: boolean;
}

/**
 * An end that has begun anew may go on with other tags, and its heartbeat is the first to have one: it is let pass, and
 * when the other end answers it, the tags are those of the two from then on (net/netfilter/nf_conntrack_proto_sctp.c,
 * nf_conntrack_sctp_packet). `pass`: the packet changes nothing.
 */
export function heartbeat(
  track: SctpTrack,
  { type, tag, way, strict }: Heartbeat,
): 'right' | 'pass' | 'INVALID' {
  const known = track.tags[way];
  if (known === 0) {
    track.tags[way] = tag;
    return 'right';
  }
  const unanswered = track.strange;
  if (known === tag) {
    track.strange = undefined;
    return 'right';
  }
  if (strict) return 'INVALID';
  if (type === SCTP_CHUNK_TYPES.HEARTBEAT) {
    track.strange = way;
    return 'pass';
  }
  if (unanswered === undefined || unanswered === way) return 'INVALID';
  track.strange = undefined;
  track.tags[way] = tag;
  track.tags[way === REPLY ? 0 : REPLY] = 0;
  return 'right';
}
