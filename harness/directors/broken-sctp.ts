import { PARTS } from '../../spec/parts.ts';
import type { Parts } from '../../spec/state.ts';
import { PROTOCOL_SCTP, setWord } from '../../spec/wire/ipv4.ts';
import { SCTP_CHUNK_TYPES, sctpChunks, setSctpChecksum, verificationTag } from '../../spec/wire/sctp.ts';
import type { BrokenDirector } from './broken-director.ts';

type Track = Parts['conntrackProtocols'][number];

/** Conntrack follows associations otherwise. */
function tracker(wrong: (right: Track) => Track): Parts {
  const right = PARTS.conntrackProtocols[PROTOCOL_SCTP]!;
  return { ...PARTS, conntrackProtocols: { ...PARTS.conntrackProtocols, [PROTOCOL_SCTP]: wrong(right) } };
}

// biome-ignore format: a table is read row by row
/** Directors that are wrong about SCTP in conntrack. */
export const BROKEN_SCTP: readonly BrokenDirector[] = [
  { id: 'conntrack-sctp-any-tag', says: 'Whatever its verification tag, a packet belongs to its association.', parts: tracker((right) => (net, tracked) => { const { entry, skb, info } = tracked; const tag = entry.sctp?.tags[info.endsWith('_REPLY') ? 1 : 0]; if (tag === undefined || skb.payload.length < 12) return right(net, tracked); const payload = skb.payload.slice(); setWord(payload, 4, tag >>> 16); setWord(payload, 6, tag & 0xffff); setSctpChecksum(payload); return right(net, { ...tracked, skb: { ...skb, payload } }); }) },
  { id: 'conntrack-sctp-heartbeat-tag', says: 'The tag of a heartbeat is right whatever it is.', parts: tracker((right) => (net, tracked) => { const { entry, skb: { payload }, info } = tracked; const [first] = payload.length < 12 ? [] : sctpChunks(payload); if (entry.sctp && first?.type === SCTP_CHUNK_TYPES.HEARTBEAT) entry.sctp.tags[info.endsWith('_REPLY') ? 1 : 0] = verificationTag(payload); return right(net, tracked); }) },
  { id: 'conntrack-sctp-answer-unheard', says: 'The answer to a heartbeat establishes nothing.', parts: tracker((right) => (net, tracked) => { const { entry } = tracked; const before = entry.sctp?.state; const verdict = right(net, tracked); if (entry.sctp && before === 'HEARTBEAT_SENT') entry.sctp.state = before; return verdict; }) },
];
