import type { Ipv4, Mac } from './address.ts';
import { octet, printEthernet } from './ethernet.ts';
import { setLong, setWord } from './ipv4.ts';

export const ETHERTYPE_ARP = 0x0806;
const BROADCAST: Mac = 'ffffffffffff';
const REQUEST = 1;

/** A broadcast frame that asks who has an address (RFC 826). */
export function printArpRequest(
  sender: { readonly mac: Mac; readonly address: Ipv4 },
  target: Ipv4,
): Uint8Array {
  const body = new Uint8Array(28);
  setWord(body, 0, 1); // Ethernet
  setWord(body, 2, 0x0800); // IPv4
  setWord(body, 4, 0x0604); // address lengths
  setWord(body, 6, REQUEST);
  for (let i = 0; i < 6; i++) body[8 + i] = octet(sender.mac, i);
  setLong(body, 14, sender.address);
  setLong(body, 24, target);
  return printEthernet({ destination: BROADCAST, source: sender.mac, etherType: ETHERTYPE_ARP }, body);
}
