import { describe, expect, it } from 'vitest';
import { imported, service } from './imported-again.ts';
import type { Kind } from './made-up-capture.ts';

/** Packets of protocols without ports come back, too. */

const ISAKMP = `director:
  services: |
    -A -u VIP:500 -s rr
    -a -u VIP:500 -r RIP1:500 -m -w 1
    -a -u VIP:500 -r RIP2:500 -m -w 1
flows: { f1: udp CIP1:500 > VIP:500 }
timeline:
  - f1 client > udp 100
  - f1 server > udp 100
  - f1 client > proto esp 100 data %00%00%01%02%00%00%00%01
  - f1 server > proto esp 60
  - f1 client > proto ah 100
  - f1 client > proto gre 44 data %20%00%08%00%00%00%00%09
`;

const KINDS: readonly Kind[] = ['ethernet', 'raw', 'cooked', 'cooked2'];

/** The headers of a segment from CIP1:40000 to VIP:80. */
const INNER = '%45%00%00%28%00%01%40%00%40%06%26%5d%0a%00%00%02%0a%00%00%64%9c%40%00%50';

describe('of other protocols', () => {
  it.each(KINDS)('IPsec goes with the flow on which its keys were agreed, %s', async (kind) => {
    const { lines, wrong } = await imported(ISAKMP, { kind });
    expect(wrong).toEqual([]);
    expect(lines.slice(2)).toEqual([
      'f1 client > proto esp 100 data %00%00%01%02%00%00%00%01 -> to RIP2',
      'f1 server > proto esp 60 -> to CIP1',
      'f1 client > proto ah 100 -> to RIP2',
      'f1 client > proto gre 44 data %20%00%08%00%00%00%00%09 -> answered icmp port-unreachable',
    ]);
  });

  it.each(KINDS)('IPsec that is routed directly, %s', async (kind) => {
    const { lines, wrong } = await imported(
      ISAKMP.replaceAll(' -m ', ' -g ').replaceAll(/.*server.*\n/g, ''),
      { kind },
    );
    expect(wrong).toEqual([]);
    expect(lines.slice(1, 3).map((line) => line.split(' data')[0])).toEqual([
      'f1 client > proto esp 100',
      expect.stringMatching(/^f1 client > proto ah 100/),
    ]);
  });

  it.each(KINDS)('what the ends wrap is no tunnel of the director, %s', async (kind) => {
    for (const method of ['-i', '-m']) {
      const text = `${service(method)}timeline:
  - f1 client > S 0:0(0)
  - f1 client > proto ipip 40 data ${INNER}
  - f1 client > proto gre 44 data %00%00%08%00${INNER}
${method === '-m' ? `  - f1 server > proto ipip 40 data ${INNER}\n` : ''}  - f1 client > . 1:1(0) ack 1
`;
      const { lines, wrong } = await imported(text, { kind });
      expect(wrong).toEqual([]);
      expect(lines.map((line) => line.replace(/ data .* ->/, ' ->'))).toEqual([
        'f1 client > S 0:0(0) -> to RIP2',
        'f1 client > proto ipip 40 -> answered icmp port-unreachable',
        'f1 client > proto gre 44 -> answered icmp port-unreachable',
        ...(method === '-m' ? ['f1 server > proto ipip 40 -> to CIP1'] : []),
        'f1 client > . 1:1(0) ack 1 -> to RIP2',
      ]);
    }
  });

  it.each(KINDS)('a server may speak first to who calls a service, %s', async (kind) => {
    const text = `${service('-m')}timeline:
  - f1 server > proto 47 20
  - f1 client > proto ospf 60 ttl 1
  - f1 client > proto 200 60
`;
    const { lines, wrong } = await imported(text, { kind });
    expect(wrong).toEqual([]);
    expect(lines).toEqual([
      'f1 server by RIP1 > proto gre 20 -> to CIP1',
      'f1 client > proto ospf 60 ttl 1 -> answered icmp proto-unreachable',
      'f1 client > proto 200 60 -> answered icmp proto-unreachable',
    ]);
  });

  it.each(KINDS)('fragments, %s', async (kind) => {
    const cut = ISAKMP.split('  - f1 client > proto')[0]!;
    const text = `${cut}  - f1 client > proto esp 100 id 7 nodf frag 0+48 mf
  - f1 client > proto esp 100 id 7 nodf frag 48+52
`;
    const { lines, wrong } = await imported(text, { kind });
    expect(wrong).toEqual([]);
    expect(lines.slice(2)).toEqual([
      'f1 client > proto esp 100 id 7 nodf frag 0+48 mf -> nothing out',
      'f1 client > proto esp 100 id 7 nodf frag 48+52 -> to RIP2',
    ]);
  });

  it('who is no client, and calls none, is left out', async () => {
    const text = `${service('-m')}flows: { f1: CIP1:40000 > VIP:80, f2: CIP2:40000 > VIP:80 }
timeline: [f1 client > S 0:0(0), f2 server > proto esp 100, f1 client > . 1:1(0) ack 1]
`;
    const { lines, wrong } = await imported(text);
    expect(wrong).toEqual([]);
    expect(lines).toHaveLength(2);
  });
});

describe('of packets whose payload is not told', () => {
  it('headers stay, with the addresses of the cast', async () => {
    const [was, is] = [
      ['%26%7a', '%0a%00%00%4d%0a%00%00%09'],
      ['&j', '%0A%00%00%02%0A%00%00d'],
    ].map(([sum, ends]) => `${sum}${ends}%9c@%00P`);
    const text = `${service('-m')}timeline:
  - f1 client > S 0:0(0)
  - f1 client > proto esp 100 data %00%00%01%02%00%00%00%01%ff%ff
  - f1 client > proto gre 48 data %20%00%08%00%00%00%00%09E%00%00(%00%01@%00@%06${was}%00%00%00%01%ff
  - f1 client > proto ipip 60 data E%00%00(%00%01@%00@%06${was}%00%00%00%01%ff%ff%ff%ff
  - f1 client > proto 200 60 data %ff%ff
`;
    const renamed = { CIP1: '10.0.0.77', VIP: '10.0.0.9' };
    const { lines, wrong } = await imported(text, { renamed, anonymise: true });
    expect(wrong).toEqual([]);
    expect(lines.slice(1).map((line) => line.split(' -> ')[0])).toEqual([
      'f1 client > proto esp 100 data %00%00%01%02%00%00%00%01',
      `f1 client > proto gre 48 data %20%00%08%00%00%00%00%09E%00%00(%00%01@%00@%06${is!.replace('%9c', '%9C')}%00%00%00%01`,
      `f1 client > proto ipip 60 data E%00%00(%00%01@%00@%06${is!.replace('%9c', '%9C')}%00%00%00%01`,
      'f1 client > proto 200 60',
    ]);
  });

  it.each(['right', 'wrong'])('a checksum that is %s stays so', async (which) => {
    const rules = `  rules: |
    *filter
    :INPUT ACCEPT [0:0]
    -A INPUT -j REJECT --reject-with icmp-host-prohibited
    COMMIT
`;
    const sum = which === 'right' ? '%ee%ff' : '%ee%fe';
    const text = `${service('-m')}${rules}timeline: [f1 client > proto igmp 8 data %11%00${sum}%00%00%00%00]\n`;
    const { lines, wrong } = await imported(text, { anonymise: true });
    expect(wrong).toEqual([]);
    expect(lines).toEqual([
      which === 'right'
        ? 'f1 client > proto igmp 8 data %F3%F0 -> answered icmp host-prohibited'
        : 'f1 client > proto igmp 8',
    ]);
  });
});
