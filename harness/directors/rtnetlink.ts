import type { Ipv4, Mac } from '../../spec/wire/address.ts';
import { MachineError } from '../errors.ts';

/** Requests of rtnetlink(7), built here so that a fresh configuration needs no `ip` process in the guest. */

export const NETLINK_ROUTE = 0;

const RTM = { NEWLINK: 16, NEWADDR: 20, NEWNEIGH: 28 } as const;
const NLM_F = { REQUEST: 1, ACK: 4, CREATE: 0x400 } as const;
const NLMSG_ERROR = 2;
const HEADER_BYTES = 16;
const AF_INET = 2;
const IFF_UP = 1;
const NUD_PERMANENT = 0x80;
const IFA = { ADDRESS: 1, LOCAL: 2 } as const;
const NDA = { DST: 1, LLADDR: 2 } as const;

function attribute(type: number, value: Buffer): Buffer {
  const padded = Buffer.alloc(4 + ((value.length + 3) & ~3));
  padded.writeUInt16LE(4 + value.length, 0);
  padded.writeUInt16LE(type, 2);
  value.copy(padded, 4);
  return padded;
}

function request(type: number, body: Buffer, attributes: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const message = Buffer.concat([header, body, ...attributes]);
  message.writeUInt32LE(message.length, 0);
  message.writeUInt16LE(type, 4);
  message.writeUInt16LE(NLM_F.REQUEST | NLM_F.ACK | NLM_F.CREATE, 6);
  return message;
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

function messages(buffer: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at + HEADER_BYTES <= buffer.length; at += (buffer.readUInt32LE(at) + 3) & ~3) {
    found.push(buffer.subarray(at, at + buffer.readUInt32LE(at)));
  }
  return found;
}

/** Each request is acknowledged. @throws MachineError naming the first that the kernel refused */
export function checkAcknowledged(replies: Buffer, requests: Uint8Array): void {
  const wanted = messages(Buffer.from(requests)).length;
  const errors = messages(replies).filter((reply) => reply.readUInt16LE(4) === NLMSG_ERROR);
  for (const [index, reply] of errors.entries()) {
    const errno = -reply.readInt32LE(HEADER_BYTES);
    if (errno !== 0) throw new MachineError(`rtnetlink request ${index + 1} of ${wanted}: errno ${errno}`);
  }
  if (errors.length !== wanted) {
    throw new MachineError(`rtnetlink: ${errors.length} of ${wanted} requests were answered`);
  }
}
