import { PARTS } from '../../spec/parts.ts';
import type { Parts } from '../../spec/state.ts';
import { PROTOCOL_SCTP, setLong, setWord, word } from '../../spec/wire/ipv4.ts';
import {
  SCTP_CHUNK_TYPES,
  SCTP_HEADER_BYTES,
  sctpChunks,
  setSctpChecksum,
  verificationTag,
} from '../../spec/wire/sctp.ts';
import type { BrokenDirector } from './broken-director.ts';

type Track = Parts['conntrackProtocols'][number];

/** Conntrack follows associations otherwise. */
function tracker(wrong: (right: Track) => Track): Parts {
  const right = PARTS.conntrackProtocols[PROTOCOL_SCTP]!;
  return { ...PARTS, conntrackProtocols: { ...PARTS.conntrackProtocols, [PROTOCOL_SCTP]: wrong(right) } };
}

/** NAT translates a packet of SCTP rightly, and then something happens to its bytes. */
function afterNat(spoil: (payload: Uint8Array, before: Uint8Array) => void): Parts {
  const natPacket: Parts['natPacket'] = (skb, manip) => {
    const before = skb.payload;
    const done = PARTS.natPacket(skb, manip);
    if (!done || skb.header.protocol !== PROTOCOL_SCTP || before.length < SCTP_HEADER_BYTES) return done;
    skb.payload = skb.payload.slice();
    spoil(skb.payload, before);
    return done;
  };
  return { ...PARTS, natPacket };
}

// biome-ignore format: a table is read row by row
/** Directors that are wrong about SCTP in conntrack, in NAT and in rules. */
export const BROKEN_SCTP: readonly BrokenDirector[] = [
  { id: 'conntrack-sctp-any-tag', says: 'Whatever its verification tag, a packet belongs to its association.', parts: tracker((right) => (net, tracked) => { const { entry, skb, info } = tracked; const tag = entry.sctp?.tags[info.endsWith('_REPLY') ? 1 : 0]; if (tag === undefined || skb.payload.length < 12) return right(net, tracked); const payload = skb.payload.slice(); setLong(payload, 4, tag); setSctpChecksum(payload); return right(net, { ...tracked, skb: { ...skb, payload } }); }) },
  { id: 'conntrack-sctp-heartbeat-tag', says: 'The tag of a heartbeat is right whatever it is.', parts: tracker((right) => (net, tracked) => { const { entry, skb: { payload }, info } = tracked; const [first] = payload.length < 12 ? [] : sctpChunks(payload); if (entry.sctp && first?.type === SCTP_CHUNK_TYPES.HEARTBEAT) entry.sctp.tags[info.endsWith('_REPLY') ? 1 : 0] = verificationTag(payload); return right(net, tracked); }) },
  { id: 'conntrack-sctp-answer-unheard', says: 'The answer to a heartbeat establishes nothing.', parts: tracker((right) => (net, tracked) => { const { entry } = tracked; const before = entry.sctp?.state; const verdict = right(net, tracked); if (entry.sctp && before === 'HEARTBEAT_SENT') entry.sctp.state = before; return verdict; }) },
  { id: 'nat-sctp-port-stays', says: 'NAT gives a packet of SCTP its address only.', parts: afterNat((payload, before) => { setWord(payload, 0, word(before, 0)); setWord(payload, 2, word(before, 2)); setSctpChecksum(payload); }) },
  { id: 'nat-sctp-checksum-stays', says: 'NAT leaves the checksum of SCTP as it came.', parts: afterNat((payload, before) => payload.set(before.subarray(8, 12), 8)) },
  { id: 'match-multiport-no-sctp', says: '-m multiport knows no ports of SCTP.', parts: { ...PARTS, ruleMatches: (net, rule, skb, devices) => PARTS.ruleMatches(net, rule, skb, devices) && !(skb.header.protocol === PROTOCOL_SCTP && rule.matches.some(({ kind }) => kind === 'multiport')) } },
];
