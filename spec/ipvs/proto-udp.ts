import type { IpvsProtocol } from '../state.ts';
import { replace16, replace32 } from '../wire/checksum.ts';
import { setWord, word } from '../wire/ipv4.ts';
import { UDP_HEADER_BYTES, udpChecksum } from '../wire/udp.ts';
import { assureTemplate } from './persist.ts';

/**
 * UDP has no opening and no end: every datagram may begin a connection, none begins it anew, and silence alone ends
 * it (net/netfilter/ipvs/ip_vs_proto_udp.c).
 */
export const udp: IpvsProtocol = {
  name: 'UDP',
  firstState: 'UDP',
  headerBytes: UDP_HEADER_BYTES,
  mayBegin: () => true,
  asksAnew: () => false,
  isReset: () => false,
  mayBeReused: () => false,

  /** udp_state_transition */
  transition(net, cp, direction) {
    cp.timeout = net.ipvs.timeouts.UDP * net.kernel.hz;
    if (direction === 'OUTPUT') assureTemplate(cp);
  },

  /**
   * udp_snat_handler, udp_dnat_handler: the checksum follows incrementally, so a wrong one stays wrong; a datagram
   * that came without one leaves with a right one.
   */
  rewrite({ payload, header }, end, from, to) {
    const bytes = payload.slice();
    setWord(bytes, end === 'source' ? 0 : 2, to.port);
    if (word(bytes, 6) === 0) {
      const { source, destination } = header;
      const [first, second] = end === 'source' ? [to.address, destination] : [source, to.address];
      setWord(bytes, 6, udpChecksum(bytes, first, second));
      return bytes;
    }
    const checksum = replace16(word(bytes, 6), from.port, to.port);
    // 0 would say that there is none (CSUM_MANGLED_0).
    setWord(bytes, 6, replace32(checksum, from.address, to.address) || 0xffff);
    return bytes;
  },
};
