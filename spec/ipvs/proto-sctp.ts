import { ensureWritable } from '../skb.ts';
import type { IpvsProtocol } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import {
  IPVS_SCTP_EVENT_OF,
  IPVS_SCTP_STATE_ROWS,
  IPVS_SCTP_TABLE,
  type IpvsSctpEvent,
  type IpvsSctpState,
} from '../tables/ipvs-sctp.ts';
import { note } from '../trace-log.ts';
import { setWord, word } from '../wire/ipv4.ts';
import { SCTP_CHUNK_TYPES, SCTP_HEADER_BYTES, setSctpChecksum } from '../wire/sctp.ts';
import { countActive } from './conn.ts';
import { assureTemplate } from './persist.ts';

const { INIT, ABORT, COOKIE_ECHO, COOKIE_ACK } = SCTP_CHUNK_TYPES;

/** SCTP: an INIT begins a connection, and the first chunk of each packet leads it on (net/netfilter/ipvs/ip_vs_proto_sctp.c). */
export const sctp: IpvsProtocol = {
  name: 'SCTP',
  firstState: 'NONE',
  // The header of the first chunk is the least that is looked at.
  headerBytes: SCTP_HEADER_BYTES + 4,

  /** sctp_conn_schedule */
  mayBegin: (net, { payload }) => {
    const chunk = payload[SCTP_HEADER_BYTES];
    return chunk === INIT || (chunk !== ABORT && sysctl(net, 'net.ipv4.vs.sloppy_sctp') !== 0);
  },

  asksAnew: ({ payload }) => payload[SCTP_HEADER_BYTES] === INIT,

  isReset: ({ payload }) => payload[SCTP_HEADER_BYTES] === ABORT,

  mayBeReused: ({ state }) => state === 'CLOSED',

  /** set_sctp_state */
  transition(net, cp, direction, { payload }) {
    const event = eventOf(payload);
    const row = cp.noOutput && direction === 'INPUT' ? 'INPUT_ONLY' : direction;
    if (direction === 'OUTPUT') cp.noOutput = false;
    const state = cp.state as IpvsSctpState;
    const next = IPVS_SCTP_TABLE[row][event][state];
    note(net, 'ipvs', 'set_sctp_state', '', () => `${row} ${event}: ${state} -> ${next}`);
    if (next !== state) countActive(cp, next === 'ESTABLISHED');
    if (next !== state && next === 'ESTABLISHED') assureTemplate(cp);
    cp.state = next;
    cp.timeout = IPVS_SCTP_STATE_ROWS[next].timeoutSeconds * net.kernel.hz;
  },

  /**
   * sctp_snat_handler, sctp_dnat_handler: the checksum covers no address, so where the port stays all stays. Where it
   * does not the checksum is made anew, and a wrong one comes right.
   */
  rewrite(skb, end, _from, { port }) {
    ensureWritable(skb, SCTP_HEADER_BYTES);
    const { payload } = skb;
    const at = end === 'source' ? 0 : 2;
    if (word(payload, at) === port) return payload;
    const bytes = payload.slice();
    setWord(bytes, at, port);
    setSctpChecksum(bytes);
    return bytes;
  },
};

/** The first chunk says what a packet is, but for an ABORT right behind a cookie. */
function eventOf(payload: Uint8Array): IpvsSctpEvent {
  let type = payload[SCTP_HEADER_BYTES]!;
  if (type === COOKIE_ECHO || type === COOKIE_ACK) {
    const length = word(payload, SCTP_HEADER_BYTES + 2);
    const second = SCTP_HEADER_BYTES + ((length + 3) & ~3);
    if (length >= 4 && second + 4 <= payload.length && payload[second] === ABORT) type = ABORT;
  }
  return IPVS_SCTP_EVENT_OF.get(type) ?? 'data';
}
