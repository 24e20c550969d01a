import { describe, expect, it } from 'vitest';
import { formatIpv4, parseIpv4, prefixMask } from './address.ts';
import { fold, replace16, replace32, sumWords } from './checksum.ts';
import { parseEthernet, printEthernet } from './ethernet.ts';
import { icmpChecksumIsRight, parseIcmp, printIcmp } from './icmp.ts';
import { parseIpv4Packet, printIpv4Packet, setWord } from './ipv4.ts';
import { after, before } from './seq.ts';
import { ACK, parseTcp, printTcp, SYN, tcpChecksum, tcpChecksumIsRight } from './tcp.ts';

const SOURCE = parseIpv4('10.0.0.2')!;
const DESTINATION = parseIpv4('10.0.0.100')!;

const HEADER = {
  tos: 0x10,
  id: 7,
  dontFragment: true,
  moreFragments: false,
  fragmentOffset: 0,
  ttl: 63,
  protocol: 6,
  source: SOURCE,
  destination: DESTINATION,
  options: new Uint8Array(0),
};

describe('addresses', () => {
  it('survive text, and nonsense is refused', () => {
    expect(formatIpv4(parseIpv4('192.168.1.255')!)).toBe('192.168.1.255');
    expect(parseIpv4('192.168.1.256')).toBeUndefined();
    expect(parseIpv4('1.2.3')).toBeUndefined();
    expect(prefixMask(24)).toBe(0xffffff00);
    expect(prefixMask(0)).toBe(0);
  });
});

describe('checksums', () => {
  it('follow RFC 1071 on the bytes of its own example', () => {
    const bytes = Uint8Array.from([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]);
    expect(fold(sumWords(bytes))).toBe(~0xddf2 & 0xffff);
  });

  it('updated incrementally are those computed anew', () => {
    const bytes = Uint8Array.from({ length: 40 }, (_, i) => (i * 37) & 0xff);
    const before = fold(sumWords(bytes));
    const changed = bytes.slice();
    setWord(changed, 4, 0xbeef);
    const port = replace16(before, (bytes[4]! << 8) | bytes[5]!, 0xbeef);
    expect(port).toBe(fold(sumWords(changed)));
    expect(replace32(0x1234, 0xc0a8010b, 0x0a000064)).toBe(
      replace16(replace16(0x1234, 0xc0a8, 0x0a00), 0x010b, 0x0064),
    );
  });
});

describe('headers', () => {
  it('Ethernet survives a round trip', () => {
    const header = { destination: '0200d1000001', source: '0200c1000001', etherType: 0x0800 };
    expect(parseEthernet(printEthernet(header, new Uint8Array(3)))).toEqual(header);
    expect(parseEthernet(new Uint8Array(13))).toBeUndefined();
  });

  it('IPv4 survives a round trip, and a wrong header checksum is refused', () => {
    const packet = { header: HEADER, payload: Uint8Array.from([1, 2, 3]) };
    const bytes = printIpv4Packet(packet);
    expect(parseIpv4Packet(bytes)).toEqual(packet);
    bytes[8]! -= 1;
    expect(parseIpv4Packet(bytes)).toBeUndefined();
  });

  it('TCP survives a round trip with every option, known and unknown', () => {
    const segment = {
      header: {
        sourcePort: 40000,
        destinationPort: 80,
        seq: 0xfffffff0,
        ack: 5,
        flags: SYN | ACK,
        window: 64240,
        checksum: 0x1234,
        urgent: 0,
        options: [
          { kind: 'mss', value: 1460 },
          { kind: 'sackOK' },
          { kind: 'timestamp', value: 1, echo: 0xffffffff },
          { kind: 'nop' },
          { kind: 'wscale', shift: 7 },
          { kind: 'unknown', number: 254, bytes: Uint8Array.from([9, 9]) },
        ],
      },
      payload: Uint8Array.from([104, 105]),
    } as const;
    expect(parseTcp(printTcp(segment))).toEqual(segment);
  });

  it('a TCP checksum is right only for its own addresses', () => {
    const bytes = printTcp(parseTcp(new Uint8Array([...new Uint8Array(12), 0x50, 2, ...new Uint8Array(6)]))!);
    setWord(bytes, 16, tcpChecksum(bytes, SOURCE, DESTINATION));
    expect(tcpChecksumIsRight(bytes, SOURCE, DESTINATION)).toBe(true);
    expect(tcpChecksumIsRight(bytes, SOURCE, DESTINATION + 1)).toBe(false);
  });

  it('a cut or senseless TCP header is none', () => {
    expect(parseTcp(new Uint8Array(19))).toBeUndefined();
    expect(parseTcp(new Uint8Array(20))).toBeUndefined();
  });

  it('ICMP survives a round trip with a right checksum', () => {
    const message = { type: 3, code: 4, info: 1400, body: Uint8Array.from([69, 0, 0]) };
    expect(parseIcmp(printIcmp(message))).toEqual(message);
    expect(icmpChecksumIsRight(printIcmp(message))).toBe(true);
  });
});

it('sequence numbers compare the shorter way around', () => {
  expect(before(0xffffffff, 0)).toBe(true);
  expect(after(0xffffffff, 0)).toBe(false);
  expect(before(5, 5)).toBe(false);
});
