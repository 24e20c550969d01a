import type { Mac } from './address.ts';

/** An Ethernet II header: 14 bytes, the rest of the frame is its payload. */
export interface EthernetHeader {
  readonly destination: Mac;
  readonly source: Mac;
  readonly etherType: number;
}

export const ETHERNET_HEADER_BYTES = 14;
export const ETHERTYPE_IPV4 = 0x0800;

export function parseEthernet(frame: Uint8Array): EthernetHeader | undefined {
  if (frame.length < ETHERNET_HEADER_BYTES) return undefined;
  return {
    destination: macAt(frame, 0),
    source: macAt(frame, 6),
    etherType: (frame[12]! << 8) | frame[13]!,
  };
}

/** Whether a frame is of that kind, and for that host. The same as parsing it, for those who ask no more. */
export function isAddressedTo(frame: Uint8Array, mac: Mac, etherType: number): boolean {
  if (frame.length < ETHERNET_HEADER_BYTES || ((frame[12]! << 8) | frame[13]!) !== etherType) return false;
  for (let i = 0; i < 6; i++) if (frame[i] !== octet(mac, i)) return false;
  return true;
}

export function printEthernet(header: EthernetHeader, payload: Uint8Array): Uint8Array {
  const frame = emptyFrame(header, payload.length);
  frame.set(payload, ETHERNET_HEADER_BYTES);
  return frame;
}

/** A frame of which only the header is written yet, with room for so many bytes of payload. */
export function emptyFrame(header: EthernetHeader, payloadBytes: number): Uint8Array {
  const frame = new Uint8Array(ETHERNET_HEADER_BYTES + payloadBytes);
  writeMac(frame, 0, header.destination);
  writeMac(frame, 6, header.source);
  frame[12] = header.etherType >> 8;
  frame[13] = header.etherType & 0xff;
  return frame;
}

function macAt(bytes: Uint8Array, at: number): Mac {
  let text = '';
  for (let i = at; i < at + 6; i++) text += (bytes[i]! < 16 ? '0' : '') + bytes[i]!.toString(16);
  return text;
}

function writeMac(bytes: Uint8Array, at: number, mac: Mac): void {
  for (let i = 0; i < 6; i++) bytes[at + i] = octet(mac, i);
}

/** Byte `index` of an address. */
export function octet(mac: Mac, index: number): number {
  return (digit(mac.charCodeAt(index * 2)) << 4) | digit(mac.charCodeAt(index * 2 + 1));
}

/** What a lower-case hexadecimal digit stands for, by its character code: those of `0` and of ten before `a`. */
function digit(code: number): number {
  return code - (code < 0x3a ? 0x30 : 0x57);
}
