import { describe, expect, it } from 'vitest';
import { dissect, summarise } from './dissect.ts';
import { printEthernet } from './ethernet.ts';
import { printIpv4Packet } from './ipv4.ts';
import { ACK, printTcp, SYN } from './tcp.ts';

const SEGMENT = printTcp({
  header: {
    sourcePort: 1025,
    destinationPort: 80,
    seq: 5,
    ack: 6,
    flags: SYN | ACK,
    window: 64240,
    checksum: 0xabcd,
    urgent: 0,
    options: [{ kind: 'mss', value: 1460 }],
  },
  payload: Uint8Array.of(1, 2),
});

function packet(protocol: number, payload: Uint8Array): Uint8Array {
  const header = {
    tos: 0,
    id: 7,
    dontFragment: true,
    moreFragments: false,
    fragmentOffset: 0,
    ttl: 63,
    protocol,
    source: 0x0a000002,
    destination: 0x0a000064,
    options: new Uint8Array(0),
  };
  return printIpv4Packet({ header, payload });
}

function frame(payload: Uint8Array, etherType = 0x0800): Uint8Array {
  return printEthernet({ destination: '0200d1000001', source: '0200c1000001', etherType }, payload);
}

const fieldsOf = (bytes: Uint8Array) =>
  Object.fromEntries(dissect(bytes).map(({ name, value }) => [name, value]));

describe('dissect', () => {
  it('names the fields of a TCP segment', () => {
    expect(fieldsOf(frame(packet(6, SEGMENT)))).toMatchObject({
      'eth.dst': '02:00:d1:00:00:01',
      'ipv4.ttl': '63',
      'ipv4.flags': '0x2',
      'tcp.sport': '1025',
      'tcp.flags': 'S.',
      'tcp.options': 'mss 1460',
      'tcp.payload': '2 bytes 0102',
    });
  });

  it('looks into what an ICMP error quotes, however short', () => {
    const error = Uint8Array.from([3, 3, 0, 0, 0, 0, 0, 0, ...packet(6, SEGMENT).subarray(0, 28)]);
    expect(fieldsOf(frame(packet(1, error)))).toMatchObject({
      'icmp.type': '3',
      'icmp.quoted.ipv4.dst': '10.0.0.100',
      'icmp.quoted.tcp.dport': '80',
    });
  });

  it.each([
    ['an empty frame', new Uint8Array(0)],
    ['half a header', frame(packet(6, SEGMENT)).subarray(0, 20)],
    ['another protocol', frame(Uint8Array.of(1, 2, 3), 0x0806)],
    ['a cut segment', frame(packet(6, SEGMENT.subarray(0, 5)))],
  ])('takes %s', (_, bytes) => {
    expect(dissect(bytes).length).toBeGreaterThan(0);
    expect(summarise(bytes)).not.toBe('');
  });
});

describe('summarise', () => {
  it('reads like a packet analyser', () => {
    expect(summarise(frame(packet(6, SEGMENT)))).toBe(
      '10.0.0.2:1025 > 10.0.0.100:80 [S.] seq 5 ack 6 win 64240 ttl 63 len 2',
    );
  });
});
