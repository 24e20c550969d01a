import type { AddedRoute, PolicyRule, Refusal, RouteType, RoutingEntry } from '../../spec/config/routing.ts';
import type { Ipv4, Mac } from '../../spec/wire/address.ts';
import { MachineError } from '../errors.ts';
import { attribute, HEADER_BYTES, message, messages, NLM_F, NLMSG } from './netlink.ts';

/** Requests of rtnetlink(7), built here so that a fresh configuration needs no `ip` process in the guest. */

export const NETLINK_ROUTE = 0;

const RTM = { NEWLINK: 16, NEWADDR: 20, NEWROUTE: 24, NEWNEIGH: 28, NEWRULE: 32 } as const;
const AF_INET = 2;
const IFF_UP = 1;
const NUD_PERMANENT = 0x80;
const IFA = { ADDRESS: 1, LOCAL: 2 } as const;
const NDA = { DST: 1, LLADDR: 2 } as const;
const RTA = { DST: 1, OIF: 4, GATEWAY: 5, TABLE: 15 } as const;
const RTPROT_BOOT = 3;
const RT_SCOPE = { UNIVERSE: 0, LINK: 253, HOST: 254 } as const;
const RTN: Readonly<Record<RouteType, number>> = {
  ...{ unicast: 1, local: 2, blackhole: 6, unreachable: 7, prohibit: 8, throw: 9 },
};
const FRA = { DST: 1, SRC: 2, IIFNAME: 3, PRIORITY: 6, FWMARK: 10, TABLE: 15, FWMASK: 16 } as const;
const FR_ACT_TO_TBL = 1;
const FR_ACT: Readonly<Record<Refusal, number>> = { blackhole: 6, unreachable: 7, prohibit: 8 };

function request(type: number, body: Buffer, attributes: readonly Buffer[], flags = 0): Buffer {
  return message(type, NLM_F.REQUEST | NLM_F.ACK | NLM_F.CREATE | flags, [body, ...attributes]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function ipv4Bytes(address: Ipv4): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(address);
  return bytes;
}

/** `ip link set … up` (struct ifinfomsg). */
export function linkUp(ifindex: number): Buffer {
  const body = Buffer.alloc(16);
  body.writeInt32LE(ifindex, 4);
  body.writeUInt32LE(IFF_UP, 8);
  body.writeUInt32LE(IFF_UP, 12);
  return request(RTM.NEWLINK, body, []);
}

/** `ip address add …` (struct ifaddrmsg). */
export function addAddress(ifindex: number, address: Ipv4, prefixLength: number): Buffer {
  const body = Buffer.alloc(8);
  body.writeUInt8(AF_INET, 0);
  body.writeUInt8(prefixLength, 1);
  body.writeUInt32LE(ifindex, 4);
  const bytes = ipv4Bytes(address);
  return request(RTM.NEWADDR, body, [attribute(IFA.LOCAL, bytes), attribute(IFA.ADDRESS, bytes)]);
}

/** `ip neighbour add … nud permanent` (struct ndmsg). */
export function addNeighbour(ifindex: number, address: Ipv4, mac: Mac): Buffer {
  const body = Buffer.alloc(12);
  body.writeUInt8(AF_INET, 0);
  body.writeInt32LE(ifindex, 4);
  body.writeUInt16LE(NUD_PERMANENT, 8);
  const attributes = [attribute(NDA.DST, ipv4Bytes(address)), attribute(NDA.LLADDR, Buffer.from(mac, 'hex'))];
  return request(RTM.NEWNEIGH, body, attributes);
}

/** `ip rule add …`, `ip route add …`; `ifindexOf` knows the devices by their names. */
export function addRouting(entry: RoutingEntry, ifindexOf: (device: string) => number): Buffer {
  return entry.kind === 'rule' ? addRule(entry) : addRoute(entry, ifindexOf);
}

/** struct fib_rule_hdr */
function addRule({ from, to, mark, iif, priority, action }: PolicyRule): Buffer {
  const body = Buffer.alloc(12);
  body.writeUInt8(AF_INET, 0);
  body.writeUInt8(to?.length ?? 0, 1);
  body.writeUInt8(from?.length ?? 0, 2);
  body.writeUInt8(typeof action === 'string' ? FR_ACT[action] : FR_ACT_TO_TBL, 7);
  const attributes = [
    ...(to?.length ? [attribute(FRA.DST, ipv4Bytes(to.address))] : []),
    ...(from?.length ? [attribute(FRA.SRC, ipv4Bytes(from.address))] : []),
    ...(mark ? [attribute(FRA.FWMARK, u32(mark.value)), attribute(FRA.FWMASK, u32(mark.mask))] : []),
    ...(iif === undefined ? [] : [attribute(FRA.IIFNAME, Buffer.from(`${iif}\0`))]),
    ...(priority === undefined ? [] : [attribute(FRA.PRIORITY, u32(priority))]),
    ...(typeof action === 'string' ? [] : [attribute(FRA.TABLE, u32(action.table))]),
  ];
  return request(RTM.NEWRULE, body, attributes, NLM_F.EXCL);
}

/** struct rtmsg; the scope is the one that iproute2 gives a route of that type. */
function addRoute(
  { type, prefix, via, device, table }: AddedRoute,
  ifindexOf: (device: string) => number,
): Buffer {
  const body = Buffer.alloc(12);
  body.writeUInt8(AF_INET, 0);
  body.writeUInt8(prefix.length, 1);
  body.writeUInt8(RTPROT_BOOT, 5);
  const onLink = type === 'unicast' && via === undefined ? RT_SCOPE.LINK : RT_SCOPE.UNIVERSE;
  body.writeUInt8(type === 'local' ? RT_SCOPE.HOST : onLink, 6);
  body.writeUInt8(RTN[type], 7);
  const attributes = [
    ...(prefix.length > 0 ? [attribute(RTA.DST, ipv4Bytes(prefix.address))] : []),
    ...(via === undefined ? [] : [attribute(RTA.GATEWAY, ipv4Bytes(via))]),
    ...(device === undefined ? [] : [attribute(RTA.OIF, u32(ifindexOf(device)))]),
    attribute(RTA.TABLE, u32(table)),
  ];
  return request(RTM.NEWROUTE, body, attributes, NLM_F.EXCL);
}

/** Each request is acknowledged. @throws MachineError naming the first that the kernel refused */
export function checkAcknowledged(replies: Buffer, requests: Uint8Array): void {
  const wanted = messages(Buffer.from(requests)).length;
  const errors = messages(replies).filter((reply) => reply.readUInt16LE(4) === NLMSG.ERROR);
  for (const [index, reply] of errors.entries()) {
    const errno = -reply.readInt32LE(HEADER_BYTES);
    if (errno !== 0) throw new MachineError(`rtnetlink request ${index + 1} of ${wanted}: errno ${errno}`);
  }
  if (errors.length !== wanted) {
    throw new MachineError(`rtnetlink: ${errors.length} of ${wanted} requests were answered`);
  }
}
