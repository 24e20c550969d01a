import { expect, it } from 'vitest';
import { imported, service } from './imported-again.ts';
import type { Kind } from './made-up-capture.ts';

/** Captures that show less than it seems, or more than one thing. */

const [EXT, DIP, VIP2] = [0x0a000001, 0xc0a80101, 0x0a000065];

it('an error of the director about the answer of whom rules led to past IPVS', async () => {
  const text = `${service('-m')}  rules: |
    *nat
    :PREROUTING ACCEPT [0:0]
    -A PREROUTING -d VIP -p tcp -m tcp --dport 80 -j DNAT --to-destination RIP4:8080
    COMMIT
    *filter
    :FORWARD ACCEPT [0:0]
    -A FORWARD -p tcp -m tcp --sport 8080 -j REJECT
    COMMIT
timeline: [f1 client > S 0:0(0), f1 server > S. 0:0(0) ack 1]
`;
  const { lines, wrong } = await imported(text);
  expect(wrong).toEqual([]);
  expect(lines).toEqual([
    'f1 client > S 0:0(0) -> to RIP3',
    'f1 server > S. 0:0(0) ack 1 -> answered icmp port-unreachable',
  ]);
});

it.each<[string, Kind]>([
  ['-m', 'ethernet'],
  ['-g', 'ethernet'],
  ['-g', 'raw'],
])('an older connection that goes on between the same ends, %s, %s', async (method, kind) => {
  const text = `${service(method)}flows: { f1: CIP1:40000 > VIP:80, f2: CIP1:40000 > VIP:80 isn 2000000000/3000000000 }
timeline: [f1 client > S 0:0(0), f2 client > S 0:0(0), f1 client > P. 1:6(5) ack 1, f2 client > . 1:1(0) ack 1]
`;
  const { lines, wrong } = await imported(text, { kind });
  expect(wrong).toEqual([]);
  expect(lines.map((line) => line.split(' > ')[0])).toEqual([
    'f1 client',
    'f2 client',
    'f1 client',
    'f2 client',
  ]);
});

it('what a real server answers who calls it by its own address is of no service', async () => {
  const text = `${service('-m')}flows: { f1: CIP1:40000 > RIP2:80, f2: CIP1:40000 > VIP:80 isn 2000000000/3000000000 }
timeline: [f2 client > S 0:0(0), +1s, f1 client > S 0:0(0), f1 server > S. 0:0(0) ack 1, f1 client > . 1:1(0) ack 1]
`;
  const { lines, wrong } = await imported(text, { kind: 'raw' });
  expect(wrong).toEqual([]);
  expect(lines).toEqual(['f1 client > S 0:0(0) -> to RIP2']);
});

it("a client's SYN begins a connection, whatever else it says", async () => {
  const { lines, wrong } = await imported(`${service('-m')}timeline: [f1 client > S. 0:0(0) ack 1]\n`);
  expect(wrong).toEqual([]);
  expect(lines).toEqual(['f1 client > S. 0:0(0) ack 1 -> to RIP2']);
});

it.each<Kind>(['ethernet', 'raw'])(
  'a service by mark sends on as it was what another masquerades, %s',
  async (kind) => {
    const text = `director:
  services: |
    -A -t VIP:80 -s rr
    -a -t VIP:80 -r RIP1:80 -m -w 1
    -A -f 1 -s rr
    -a -f 1 -r RIP2:0 -g -w 1
  rules: |
    *mangle
    :PREROUTING ACCEPT [0:0]
    -A PREROUTING -d VIP -p tcp -m tcp --dport 80 -j MARK --set-xmark 0x1/0xffffffff
    COMMIT
timeline: [f1 client > S 0:0(0)]
`;
    const { lines, wrong } = await imported(text, { kind });
    expect(wrong).toEqual([]);
    expect(lines).toHaveLength(1);
  },
);

it.each<Kind>(['ethernet', 'cooked', 'raw'])(
  "resets that leave in a real server's name, %s",
  async (kind) => {
    const text = `${service('-m')}  rules: |
    *nat
    :INPUT ACCEPT [0:0]
    :OUTPUT ACCEPT [0:0]
    -A INPUT -j SNAT --to-source RIP2
    -A OUTPUT -j DNAT --to-destination VIP2
    COMMIT
flows: { f1: CIP1:40000 > VIP:80 }
timeline:
  - f1 client > S 0:0(0)
  - f1 server > F. 0:0(0) ack 1
  - +200ms
  - f1 client > . 1:1(0) ack 1
  - +30s
  - f1 server > P. 1:6(5) ack 1
  - f1 client > P. 1:6(5) ack 6
`;
    const { lines, wrong } = await imported(text, { kind, own: [EXT, DIP, VIP2] });
    expect(wrong).toEqual([]);
    expect(lines.join('\n')).not.toMatch(/server > R/);
  },
);

it('two datagrams of different lengths that have one identification', async () => {
  const text = `${service('-m', '-A -u')}flows: { f1: udp CIP1:40000 > VIP:80 }
timeline:
  - f1 client > udp 1400 id 7 nodf frag 0+8 mf
  - f1 client > udp 1400 id 7 nodf frag 8+1400
  - f1 client > udp 24 id 7 nodf frag 0+16 mf
  - f1 client > udp 24 id 7 nodf frag 16+16
`;
  const { lines, wrong } = await imported(text);
  expect(wrong).toEqual([]);
  expect(lines.map((line) => /udp \d+/.exec(line)![0])).toEqual(['udp 1400', 'udp 1400', 'udp 24', 'udp 24']);
});

it.each(['', ' --tun-type gre'])(
  'nothing is told of what a tunnel%s cut within its header',
  async (tunnel) => {
    const text = `${service(`-i${tunnel}`)}timeline:
  - f1 client > S 0:0(0)
  - f1 client > S 0:0(0) id 100 nodf frag 0+8 mf
  - f1 client > S 0:0(0) id 100 nodf frag 8+12
  - +100ms
  - f1 client > . 1:1(0) ack 1
`;
    const { lines, wrong } = await imported(text);
    expect(wrong).toEqual([]);
    expect(lines.at(-2)).toBe('f1 client > S 0:0(0) id 100 nodf frag 8+12');
  },
);

it.each(['', ' --tun-type gre --tun-csum', ' --tun-type gue --tun-port 6080'])(
  'a link is as wide as it was, though a tunnel%s takes of it',
  async (tunnel) => {
    const text = `${service(`-i${tunnel}`)}timeline: [f1 client > S 0:0(0), f1 client > P. 1:1461(1460) ack 1, f1 client > P. 1:1409(1408) ack 1]\n`;
    const { lines, wrong } = await imported(text);
    expect(wrong).toEqual([]);
    expect(lines.map((line) => line.split(' -> ')[1])).toEqual([
      'to RIP2',
      'answered icmp fragmentation-needed',
      'to RIP2',
    ]);
  },
);

it('packets come as soon one after another as they did: rules with limits count the time', async () => {
  const text = `${service('-m')}  rules: |
    *filter
    :INPUT ACCEPT [0:0]
    -A INPUT -m limit --limit 50/second --limit-burst 1 -j ACCEPT
    -A INPUT -j DROP
    COMMIT
timeline: [${Array.from({ length: 12 }, (_, index) => `f${index + 1} client > S 0:0(0)`).join(', ')}]
`;
  const { lines, wrong } = await imported(text);
  expect(wrong).toEqual([]);
  expect(lines.filter((line) => line.includes('nothing out')).length).toBeGreaterThan(6);
});

it.each<Kind>(['ethernet', 'raw', 'cooked'])(
  'a reset answers what has its numbers, and no other reset, %s',
  async (kind) => {
    const text = `director:
  services: |
    -A -t VIP:80 -s rr
flows: { f1: CIP1:40000 > VIP:80, f2: CIP1:40000 > VIP:80 isn 2000000000/3000000000 }
timeline:
  - f1 client > S 0:0(0)
  - f1 client > . 1:1(0) ack 1
  - f2 client > SR 0:0(0)
  - f1 client > P. 1:25(24) ack 7 id 9 nodf frag 0+24 mf
  - f1 client > P. 1:25(24) ack 7 id 9 nodf frag 24+20
`;
    const { lines, wrong } = await imported(text, { kind });
    expect(wrong).toEqual([]);
    expect(lines.map((line) => line.split(' -> ')[1])).toEqual([
      'answered icmp port-unreachable',
      'answered rst',
      undefined,
      undefined,
      'answered rst',
    ]);
  },
);

it('fragments that a service by mark takes are put together, too', async () => {
  const text = `director:
  services: |
    -A -u VIP:443 -s wlc
    -a -u VIP:443 -r RIP3:443 -g -w 4
    -A -f 1 -s rr
    -a -f 1 -r RIP2:0 -m -w 1
  rules: |
    *mangle
    :PREROUTING ACCEPT [0:0]
    -A PREROUTING -d VIP -j MARK --set-xmark 0x1/0xffffffff
    -A PREROUTING -m conntrack --ctstate INVALID
    COMMIT
flows: { f1: udp CIP1:40000 > VIP:443 }
timeline:
  - f1 client > udp 100
  - f1 client > udp 1472 id 7 nodf frag 80+1400
  - f1 client > udp 1472 id 7 nodf frag 0+80 mf
`;
  const { lines, wrong } = await imported(text, { kind: 'cooked' });
  expect(wrong).toEqual([]);
  expect(lines.slice(1).map((line) => line.includes('-> to RIP'))).toEqual([false, true]);
});

it('a rule for devices of which a chain has none holds for nothing', async () => {
  const text = `${service('-m')}  rules: |
    *filter
    :INPUT ACCEPT [0:0]
    -A INPUT -j WEB
    :WEB - [0:0]
    -A WEB -o eth+ -j DROP
    COMMIT
timeline: [f1 client > S 0:0(0)]
`;
  const devices = { client: 'eth0', server: 'eth1' };
  const { lines, wrong } = await imported(text, { devices });
  expect(wrong).toEqual([]);
  expect(lines).toEqual(['f1 client > S 0:0(0) -> to RIP2']);
});

it('nothing is expected of what begins where something was open before', async () => {
  const text = `${service('-m')}flows: { f1: CIP1:40000 > VIP:80, f2: CIP1:40000 > VIP:80 isn 7/9, f3: CIP1:40001 > VIP:80 }
timeline: [f1 client > . 1:1(0) ack 1, f2 client > S 0:0(0), f3 client > S 0:0(0), f2 client > . 1:1(0) ack 1]
`;
  const { lines, notes, wrong } = await imported(text);
  expect(wrong).toEqual([]);
  expect(lines.map((line) => line.includes(' -> '))).toEqual([false, true, false]);
  expect(notes.join()).toContain('1 packets belong to connections that were open before');
});

it('a service by mark is reached at all addresses of the director where its rule names none', async () => {
  const text = `director:
  services: |
    -A -f 1 -s rr
    -a -f 1 -r RIP1:0 -m -w 1
    -a -f 1 -r RIP2:0 -m -w 1
    -A -t VIP:80 -s rr
    -a -t VIP:80 -r RIP3:80 -m -w 1
  rules: |
    *mangle
    :PREROUTING ACCEPT [0:0]
    -A PREROUTING -p tcp -j MARK --set-xmark 0x1/0xffffffff
    COMMIT
flows: { f1: CIP1:40000 > VIP2:443, f2: CIP1:40001 > VIP:80 }
timeline: [f1 client > S 0:0(0), f2 client > S 0:0(0)]
`;
  const { lines, wrong } = await imported(text, { own: [EXT, DIP, VIP2] });
  expect(wrong).toEqual([]);
  expect(lines).toEqual(['f1 client > S 0:0(0) -> to RIP2', 'f2 client > S 0:0(0) -> to RIP1']);
});

it('a server goes on with the connection that it knows where its client has begun another one', async () => {
  const text = `${service('-m')}  sysctls: { net.ipv4.vs.conntrack: 1 }
timeline:
  - f1 client > S 0:0(0)
  - f1 server > S. 0:0(0) ack 1
  - f1 client > . 1:1(0) ack 1
  - f1 client > S 1:1(0)
  - f1 server > P. 1:101(100) ack 1
`;
  const { lines, wrong } = await imported(text, { kind: 'raw' });
  expect(wrong).toEqual([]);
  expect(lines.at(-1)).toMatch(/^f1 server > P\. 1:101.* -> to CIP1 from VIP:80$/);
});
