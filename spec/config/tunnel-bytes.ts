import { GRE_CHECKSUM, greHeaderBytes } from '../wire/gre.ts';
import { GUE_HEADER_BYTES } from '../wire/gue.ts';
import { UDP_HEADER_BYTES } from '../wire/udp.ts';
import type { Encapsulation } from './services.ts';

const IP_HEADER_BYTES = 20;

/** The bytes that a tunnel puts before a packet. */
export function tunnelBytes(encapsulation: Encapsulation | undefined): number {
  if (!encapsulation) return IP_HEADER_BYTES;
  if (encapsulation.type === 'gue') return IP_HEADER_BYTES + UDP_HEADER_BYTES + GUE_HEADER_BYTES;
  return IP_HEADER_BYTES + greHeaderBytes(greFlags(encapsulation.checksum));
}

/** The first two bytes of a tunnel's GRE header. */
export function greFlags(checksum: Encapsulation['checksum']): number {
  return checksum === 'csum' ? GRE_CHECKSUM : 0;
}
