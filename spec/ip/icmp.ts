import { attach } from '../conntrack/core.ts';
import { localSkb, type Skb, unfinishedBytesOf } from '../skb.ts';
import type { Net } from '../state.ts';
import { note } from '../trace-log.ts';
import type { Ipv4 } from '../wire/address.ts';
import { type IcmpMessage, isIcmpError, printIcmp } from '../wire/icmp.ts';
import { PROTOCOL_ICMP } from '../wire/ipv4.ts';
import { ipLocalOut } from './output.ts';
import { mtuTowards } from './path-mtu.ts';
import { type Route, routeOutput } from './route.ts';

/** RFC 1812 allows 576 bytes in all. */
const WHOLE_BYTES_MAX = 576;
/** 20 are the IP header's and 8 the message's own. */
const HEADER_BYTES = 20 + 8;

/** The highest type that the kernel knows (NR_ICMP_TYPES). */
const HIGHEST_ICMP_TYPE = 18;

/** Precedence "internetwork control" (IPTOS_PREC_INTERNETCONTROL), or-ed with the offender's type of service. */
const INTERNET_CONTROL = 0xc0;
const TOS_MASK = 0x1e;

/**
 * Tells the sender what happened to its packet (net/ipv4/icmp.c, __icmp_send). Says nothing about ICMP errors and
 * about fragments other than the first. `quoted` is the packet as it is told of, if not as it is.
 */
export function icmpSend(
  net: Net,
  about: Skb,
  { type, code, info }: Omit<IcmpMessage, 'body'>,
  quoted?: Uint8Array,
): void {
  if (about.header.fragmentOffset !== 0) return;
  if (about.header.protocol === PROTOCOL_ICMP && !mayBeAnswered(about.payload[0])) return;
  if (net.icmpLocked) return note(net, 'icmp', 'icmp_xmit_lock', '', () => 'busy with another: no error');
  note(net, 'icmp', 'icmp_send', '', () => `answers with ICMP type ${type} code ${code}`);
  const { source, destination } = about.header;
  const way = routeOutput(net, source, about.toLocal ? { source: destination } : {});
  const room = Math.min(
    WHOLE_BYTES_MAX,
    way.kind === 'unicast' ? mtuTowards(net, way, 'own') : WHOLE_BYTES_MAX,
  );
  const body = (quoted ?? unfinishedBytesOf(about)).slice(0, room - HEADER_BYTES);
  const header = {
    tos: (about.header.tos & TOS_MASK) | INTERNET_CONTROL,
    id: 0,
    dontFragment: false,
    moreFragments: false,
    fragmentOffset: 0,
    ttl: 64,
    protocol: PROTOCOL_ICMP,
    source: about.toLocal ? destination : ownAddress(way, source),
    destination: source,
    options: new Uint8Array(0),
  };
  // Where the packet that it quotes has a port that is anybody's guess, what it quotes has it too.
  const port = about.open.filter((one) => one === 'gue-source-port');
  const skb = localSkb(header, printIcmp({ type, code, info, body }), ['own-ip-id', ...port]);
  attach(skb, about);
  sendIcmp(net, skb, way);
}

/**
 * Sends an ICMP message of the director's own. Its socket is locked until the message is out, so a rule that
 * rejects the message, or a way that is too narrow for it, brings forth no second one (icmp_xmit_lock).
 */
export function sendIcmp(net: Net, skb: Skb, way?: Route): void {
  net.icmpLocked = true;
  ipLocalOut(net, skb, way);
  net.icmpLocked = false;
}

/** Errors are not, and what is unknown is taken for one. */
function mayBeAnswered(type: number | undefined): boolean {
  return type !== undefined && type <= HIGHEST_ICMP_TYPE && !isIcmpError(type);
}

/** The director's own address on the way to somebody; to itself, the very address it is called by. */
function ownAddress(route: Route, destination: Ipv4): Ipv4 {
  return route.kind === 'unicast' ? route.link.address : destination;
}
