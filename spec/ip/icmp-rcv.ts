import { localSkb, type Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { note } from '../trace-log.ts';
import { ICMP_ECHO, ICMP_ECHO_REPLY, icmpChecksumIsRight, parseIcmp, printIcmp } from '../wire/icmp.ts';
import { PROTOCOL_ICMP } from '../wire/ipv4.ts';
import { sendIcmp } from './icmp.ts';
import { learnPathMtu } from './path-mtu.ts';

/** The director's own ICMP: pings are answered, errors are about nothing of its own (net/ipv4/icmp.c, icmp_rcv). */
export function icmpRcv(net: Net, skb: Skb): void {
  const message = parseIcmp(skb.payload);
  if (!message || !icmpChecksumIsRight(skb.payload))
    return note(net, 'icmp', 'icmp_rcv', '', () => 'broken message: dropped');
  learnPathMtu(net, message);
  if (message.type !== ICMP_ECHO)
    return note(net, 'icmp', 'icmp_rcv', '', () => 'concerns nobody here: dropped');
  note(net, 'icmp', 'icmp_echo', '', () => 'answers the ping');
  const header = {
    tos: skb.header.tos,
    id: 0,
    dontFragment: false,
    moreFragments: false,
    fragmentOffset: 0,
    ttl: 64,
    protocol: PROTOCOL_ICMP,
    source: skb.header.destination,
    destination: skb.header.source,
    options: new Uint8Array(0),
  };
  sendIcmp(net, localSkb(header, printIcmp({ ...message, type: ICMP_ECHO_REPLY }), ['own-ip-id']));
}
