import { describe, expect, it } from 'vitest';
import { parseIpv4 } from './address.ts';
import { fold, sumWords } from './checksum.ts';
import { ETHERTYPE_IPV4 } from './ethernet.ts';
import { GRE_CHECKSUM, printGre } from './gre.ts';
import { printGue } from './gue.ts';
import { type Ipv4Packet, PROTOCOL_GRE, PROTOCOL_IPIP, PROTOCOL_UDP, printIpv4Packet } from './ipv4.ts';
import { innerPacket } from './tunnel.ts';
import { printUdp } from './udp.ts';

const packet = (protocol: number, payload: Uint8Array): Ipv4Packet => ({
  header: {
    ...{ tos: 0, id: 7, dontFragment: true, moreFragments: false, fragmentOffset: 0, ttl: 64, protocol },
    ...{ source: parseIpv4('10.0.0.2')!, destination: parseIpv4('10.0.0.100')!, options: new Uint8Array(0) },
  },
  payload,
});

const inner = packet(6, new Uint8Array(20));
const bytes = printIpv4Packet(inner);
const udp = (payload: Uint8Array) =>
  printUdp({ sourcePort: 1, destinationPort: 6080, length: 8 + payload.length, checksum: 0, payload });

describe('the packet inside', () => {
  it.each([
    ['IP in IP', PROTOCOL_IPIP, bytes],
    ['GRE', PROTOCOL_GRE, printGre({ flags: 0, protocol: ETHERTYPE_IPV4 }, bytes)],
    ['GRE with a checksum', PROTOCOL_GRE, printGre({ flags: GRE_CHECKSUM, protocol: ETHERTYPE_IPV4 }, bytes)],
    ['GUE', PROTOCOL_UDP, udp(printGue(bytes))],
  ])('is found behind %s', (_, protocol, payload) => {
    expect(innerPacket(packet(protocol, payload))).toEqual(inner);
  });

  it.each([
    ['a datagram', PROTOCOL_UDP, udp(Uint8Array.from({ length: 60 }, (_, at) => at))],
    ['a tunnel of something else', PROTOCOL_GRE, printGre({ flags: 0, protocol: 0x6558 }, bytes)],
    ['a cut packet', PROTOCOL_IPIP, bytes.subarray(0, 30)],
    ['a segment', 6, bytes],
  ])('is not looked for in %s', (_, protocol, payload) => {
    expect(innerPacket(packet(protocol, payload))).toBeUndefined();
  });

  it('has GRE sum up with its checksum', () => {
    expect(fold(sumWords(printGre({ flags: GRE_CHECKSUM, protocol: ETHERTYPE_IPV4 }, bytes)))).toBe(0);
  });
});
