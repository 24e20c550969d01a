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

export function printEthernet(header: EthernetHeader, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(ETHERNET_HEADER_BYTES + payload.length);
  writeMac(frame, 0, header.destination);
  writeMac(frame, 6, header.source);
  frame[12] = header.etherType >> 8;
  frame[13] = header.etherType & 0xff;
  frame.set(payload, ETHERNET_HEADER_BYTES);
  return frame;
}

function macAt(bytes: Uint8Array, at: number): Mac {
  let text = '';
  for (let i = at; i < at + 6; i++) text += (bytes[i]! < 16 ? '0' : '') + bytes[i]!.toString(16);
  return text;
}

function writeMac(bytes: Uint8Array, at: number, mac: Mac): void {
  for (let i = 0; i < 6; i++) bytes[at + i] = Number.parseInt(mac.slice(i * 2, i * 2 + 2), 16);
}
