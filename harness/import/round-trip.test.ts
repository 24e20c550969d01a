import { describe, expect, it } from 'vitest';
import { imported, service } from './imported-again.ts';
import type { Kind } from './made-up-capture.ts';

const SCTP = `${service('-m', '-A --sctp-service')}flows: { f1: sctp CIP1:40000 > VIP:80 isn 77/99 }
timeline:
  - f1 client > sctp INIT
  - f1 server > sctp INIT_ACK
  - f1 client > sctp COOKIE_ECHO
  - f1 server > sctp COOKIE_ACK
  - f1 client > sctp DATA tag 5
  - f1 client > sctp ABORT
`;

const PINGS = `${service('-m')}timeline:
  - f1 client > echo 56 seq 1
  - f1 client > S 0:0(0)
  - f1 server > S. 0:0(0) ack 1
  - f1 client > echo 56 seq 2
`;

const HANDSHAKE = `timeline:
  - f1 client > S 0:0(0)
  - f1 server > S. 0:0(0) ack 1
  - f1 client > . 1:1(0) ack 1
  - f1 client > P. 1:6(5) ack 1
  - f1 server > . 1:1(0) ack 6
  - f2 client > S 0:0(0)
`;

describe('what was captured on both sides comes back', () => {
  it.each<Kind>(['ethernet', 'raw', 'cooked', 'cooked2'])('SCTP, %s', async (kind) => {
    const { lines, wrong } = await imported(SCTP, { kind });
    expect(wrong).toEqual([]);
    expect(lines).toEqual([
      'f1 client > sctp INIT -> to RIP2',
      'f1 server > sctp INIT_ACK -> to CIP1 from VIP:80',
      'f1 client > sctp COOKIE_ECHO -> to RIP2',
      'f1 server > sctp COOKIE_ACK -> to CIP1 from VIP:80',
      'f1 client > sctp DATA tag 5 -> to RIP2',
      'f1 client > sctp ABORT -> to RIP2',
    ]);
  });

  it.each<Kind>(['ethernet', 'raw', 'cooked'])('pings, %s', async (kind) => {
    const { lines, wrong } = await imported(PINGS, { kind });
    expect(wrong).toEqual([]);
    expect(lines.filter((line) => line.includes('echo'))).toEqual([
      'f1 client > echo 56 seq 1 -> answered icmp 0/0',
      'f1 client > echo 56 seq 2 -> answered icmp 0/0',
    ]);
  });
});

const MASQUERADED = `${service('-m')}  rules: |
    *nat
    :POSTROUTING ACCEPT [0:0]
    -A POSTROUTING -m ipvs --vaddr VIP -j MASQUERADE
    COMMIT
  sysctls: { net.ipv4.vs.conntrack: 1 }
timeline:
  - f1 client > S 0:0(0)
  - f1 server > S. 0:0(0) ack 1
  - f1 client > F. 1:1(0) ack 1
`;

it.each<Kind>(['ethernet', 'raw', 'cooked'])(
  'whose clients servers see as the director, %s',
  async (kind) => {
    const { lines, wrong } = await imported(MASQUERADED, { kind });
    expect(wrong).toEqual([]);
    expect(lines).toEqual([
      'f1 client > S 0:0(0) -> to RIP2',
      'f1 server > S. 0:0(0) ack 1 -> to CIP1 from VIP:80',
      'f1 client > F. 1:1(0) ack 1 -> to RIP2',
    ]);
  },
);

it('what rules send to clients in the name of somebody else', async () => {
  const text = `${service('-m')}  rules: |
    *nat
    :POSTROUTING ACCEPT [0:0]
    -A POSTROUTING -d CIP1 -j SNAT --to-source CIP3
    COMMIT
flows: { f1: CIP1:40001 > VIP:80, f2: CIP2:40001 > VIP:80 }
timeline:
  - f2 client > S 0:0(0)
  - f1 client > S 0:0(0)
  - f1 client > R 1:1(0)
  - +100s
  - f1 server > . 1:1(0) ack 1
`;
  const { lines, wrong } = await imported(text);
  expect(wrong).toEqual([]);
  expect(lines.at(-1)).toMatch(/ server > .* -> to CIP2$/);
});

it('who speaks in the name of a real server of which nothing was seen', async () => {
  const text = `director:
  services: |
    -A -t VIP2:443 -s rr
    -a -t VIP2:443 -r RIP2:443 -m -w 1
    -A -t VIP:80 -s rr
    -a -t VIP:80 -r RIP1:80 -g -w 1
  rules: |
    *nat
    :INPUT ACCEPT [0:0]
    :OUTPUT ACCEPT [0:0]
    -A INPUT -j SNAT --to-source RIP2
    -A OUTPUT -j DNAT --to-destination VIP
    COMMIT
flows: { f1: CIP1:40000 > VIP:80 }
timeline: [f1 client > S 0:0(0), +309s, f1 client > . 1:1(0) ack 1]
`;
  const { lines, wrong } = await imported(text, { kind: 'cooked' });
  expect(wrong).toEqual([]);
  expect(lines.at(-1)).toBe('f1 client > . 1:1(0) ack 1 -> answered rst');
});

it.each<Kind>(['ethernet', 'raw', 'cooked'])('answers of whom rules led to past IPVS, %s', async (kind) => {
  for (const more of ['', '    -A POSTROUTING -j MASQUERADE\n']) {
    const text = `${service('-m')}  rules: |
    *nat
    :PREROUTING ACCEPT [0:0]
    :POSTROUTING ACCEPT [0:0]
    -A PREROUTING -d VIP -p tcp -m tcp --dport 80 -j DNAT --to-destination RIP4:8080
${more}    COMMIT
timeline: [f1 client > S 0:0(0), f1 server > S. 0:0(0) ack 1, f1 client > . 1:1(0) ack 1]
`;
    const { lines, wrong } = await imported(text, { kind, own: [0xc0a80101] });
    expect(wrong).toEqual([]);
    expect(lines).toEqual([
      'f1 client > S 0:0(0) -> to RIP3',
      'f1 server > S. 0:0(0) ack 1 -> to CIP1 from VIP:80',
      'f1 client > . 1:1(0) ack 1 -> to RIP3',
    ]);
  }
});

it('nothing is expected where a timer had ended in one life of the director, and not yet in another', async () => {
  const text = `${service('-m')}timeline:
  - +10s
  - f1 client > S 0:0(0)
  - f1 server > S. 0:0(0) ack 1
  - f1 client > . 1:1(0) ack 1
  - +905s
  - f1 client > . 1:1(0) ack 1
`;
  const { lines, notes, wrong } = await imported(text);
  expect(wrong).toEqual([]);
  expect(lines.at(-1)).toBe('f1 client > . 1:1(0) ack 1');
  expect(notes.join()).toContain('1 times the director did what hangs on the moment at which a timer ended');
});

it.each<Kind>(['ethernet', 'raw'])('what rules give a directly routed SYN on its way, %s', async (kind) => {
  const text = `${service('-g')}  rules: |
    *mangle
    :POSTROUTING ACCEPT [0:0]
    -A POSTROUTING -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1400
    COMMIT
timeline: [f1 client > S 0:0(0), f1 client > . 1:1(0) ack 1]
`;
  const { lines, wrong } = await imported(text, { kind });
  expect(wrong).toEqual([]);
  expect(lines).toEqual(['f1 client > S 0:0(0)', 'f1 client > . 1:1(0) ack 1']);
});

it('who speaks as the virtual address although nothing reached it is left out, and a note says so', async () => {
  const text = `${service('-g')}flows: { f1: CIP1:40000 > VIP:80, f2: VIP:40000 > CIP1:80 }
timeline:
  - f1 client > S 0:0(0)
  - f1 client > echo 0 seq 1
  - f2 client > echo-reply 0 seq 1
`;
  const { lines, notes, wrong } = await imported(text, { kind: 'cooked' });
  expect(wrong).toEqual([]);
  expect(lines).toEqual(['f1 client > S 0:0(0)', 'f2 client > echo 0 seq 1 -> answered icmp 0/0']);
  expect(notes.join()).toContain('1 packets are such as no scenario has');
});

const OTHER_PORT = `${service('-m').replaceAll('-r RIP2:80', '-r RIP2:8080')}  rules: |
    *filter
    :INPUT ACCEPT [0:0]
    -A INPUT -p tcp -m tcp --tcp-flags SYN,RST SYN,RST -j DROP
    COMMIT
`;

it('a server that still speaks of a connection after its client has begun another one', async () => {
  const text = `${OTHER_PORT}flows: { f1: CIP1:40000 > VIP:80, f2: CIP1:40000 > VIP:80 isn 77/99 }
timeline: [f1 client > S 0:0(0), f2 client > SR 0:0(0), f1 server > P. 1:101(100) ack 1]
`;
  const { lines, wrong } = await imported(text, { kind: 'cooked' });
  expect(wrong).toEqual([]);
  expect(lines.at(-1)).toMatch(/^f1 server > P\. .* -> to CIP1 from VIP:80$/);
});

it('a server that nothing has reached is left out where it speaks from a port that no timeline gives it', async () => {
  const text = `${OTHER_PORT}flows: { f1: CIP1:40000 > VIP:80, f2: RIP2:8080 > CIP1:40000 }
timeline: [f1 client > SR 0:0(0), f2 client > S. 0:0(0) ack 1, f1 client > SR 0:0(0)]
`;
  const { lines, notes, wrong } = await imported(text, { kind: 'cooked' });
  expect(wrong).toEqual([]);
  expect(lines.filter((line) => line.includes('server'))).toEqual([]);
  expect(notes.join()).toContain('1 packets are such as no scenario has');
});

it.each(['--tun-type gre', '--tun-type gre --tun-csum', '--tun-type gue --tun-port 6080'])(
  'what went through a tunnel, %s',
  async (tunnel) => {
    const text = `${service(`-i ${tunnel}`)}timeline: [f1 client > S 0:0(0), f1 client > P. 1:1401(1400) ack 1 nodf]\n`;
    const { lines, wrong } = await imported(text);
    expect(wrong).toEqual([]);
    expect(lines.map((line) => line.split(' -> ')[1])).toEqual(['to RIP2', 'to RIP2']);
  },
);

it.each<Kind>(['ethernet', 'cooked'])(
  'fragments of segments, put together and cut again, %s',
  async (kind) => {
    const fragments = (method: string) => `${service(method)}timeline:
  - f1 client > S 0:0(0)
  - f1 client > P. 1:1401(1400) ack 1 id 7 nodf frag 0+24 mf
  - f1 client > P. 1:1401(1400) ack 1 id 7 nodf frag 24+1396
  - f1 client > . 1401:1401(0) ack 1 id 7 nodf
`;
    for (const method of ['-m', '-g']) {
      const { lines, wrong } = await imported(fragments(method), { kind });
      expect(wrong).toEqual([]);
      expect(lines).toHaveLength(4);
      expect(lines[1]).toContain('frag 0+24 mf -> nothing out');
      expect(lines[2]).toContain('frag 24+1396');
      if (method === '-m') expect(lines[2]).toContain('-> to RIP2');
    }
  },
);

it('a header that came in two fragments', async () => {
  const text = `${service('-m')}timeline:
  - f1 client > S 0:0(0)
  - f1 server > S. 0:0(0) ack 1
  - f1 client > . 1:1(0) ack 1 id 7 nodf frag 0+8 mf
  - f1 client > . 1:1(0) ack 1 id 7 nodf frag 8+8 mf
  - f1 client > . 1:1(0) ack 1 id 7 nodf frag 8+8 mf
  - f1 client > . 1:1(0) ack 1 id 7 nodf frag 16+4
`;
  const { lines, wrong } = await imported(text);
  expect(wrong).toEqual([]);
  expect(lines.slice(2)).toEqual([
    'f1 client > . 1:1(0) ack 1 id 7 nodf frag 0+8 mf -> nothing out',
    'f1 client > . 1:1(0) ack 1 id 7 nodf frag 8+8 mf -> nothing out',
    'f1 client > . 1:1(0) ack 1 id 7 nodf frag 8+8 mf -> nothing out',
    'f1 client > . 1:1(0) ack 1 id 7 nodf frag 16+4 -> to RIP2',
  ]);
});

const OWN_ADDRESS: readonly Kind[] = ['cooked', 'ethernet', 'raw'];
it.each(OWN_ADDRESS)(
  'nothing dropped is told of who calls a real server by its own address, %s',
  async (kind) => {
    const text = `${service('-m')}  rules: |
    *filter
    :INPUT ACCEPT [0:0]
    -A INPUT -m conntrack --ctstate INVALID -j DROP
    COMMIT
  sysctls: { net.ipv4.vs.conntrack: 1 }
flows: { f1: CIP1:40000 > RIP2:80, f2: CIP1:40000 > VIP:80 }
timeline: [f1 client > S 0:0(0), f2 client > S 0:0(0), f1 client > . 1:1(0) ack 1, f2 client > . 1:1(0) ack 1]
`;
    const { lines, notes, wrong } = await imported(text, { kind });
    expect(wrong).toEqual([]);
    expect(lines).toEqual(['f1 client > S 0:0(0)', 'f1 client > . 1:1(0) ack 1']);
    expect(notes.join()).toContain('2 packets are of clients who call a real server by its own address');
  },
);

it('what a server says for one service leaves for another that was called from the same port', async () => {
  const both = ['VIP', 'VIP2'].map(
    (vip) => `    -A -t ${vip}:80 -s rr\n    -a -t ${vip}:80 -r RIP1:80 -m -w 1\n`,
  );
  const text = `director:
  services: |
${both.join('')}flows: { f1: CIP1:40000 > VIP:80, f2: CIP1:40000 > VIP2:80 isn 4000000000/99 }
timeline: [f1 client > S 0:0(0), +3s, f2 client > S 0:0(0), +3s, f1 server > S. 0:0(0) ack 1, f2 server > S. 0:0(0) ack 1]
`;
  const { lines, wrong } = await imported(text, { kind: 'cooked' });
  expect(wrong).toEqual([]);
  expect(lines.slice(2)).toEqual([
    'f1 server > S. 0:0(0) ack 1 -> to CIP1 from VIP2:80',
    'f2 server > S. 0:0(0) ack 1 -> to CIP1 from VIP2:80',
  ]);
});

it("an address that only a rule names is that of a neighbour where the director's own is beside it", async () => {
  const text = `director:
  services: |
    -A -t VIP:80 -s rr
  rules: |
    *nat
    :INPUT ACCEPT [0:0]
    -A INPUT -j SNAT --to-source RIP2
    COMMIT
timeline: [f1 client > S 0:0(0), f1 client > . 1:1(0) ack 1]
`;
  const own = [0x0a000001, 0xc0a80101];
  const { lines, notes, wrong } = await imported(text, { own });
  expect(wrong).toEqual([]);
  expect(lines.map((line) => line.split(' -> ')[1])).toEqual([
    'answered icmp port-unreachable',
    'answered rst',
  ]);
  expect(notes.slice(1)).toEqual([
    "192.168.1.12 is in the rules alone and plays RIP1; if it is the director's own, say --own 192.168.1.12",
  ]);
});

it('a real server that is the director itself, where its administrator says so', async () => {
  const text = `director:
  services: |
    -A -t VIP:80 -s rr
    -a -t VIP:80 -r EXT:8080 -m -w 1
timeline: [f1 client > S 0:0(0)]
`;
  const { lines, wrong } = await imported(text, { own: [0x0a000001] });
  expect(wrong).toEqual([]);
  expect(lines).toEqual(['f1 client > S 0:0(0) -> answered rst']);
});

describe("what was captured on the real servers' side alone comes back", () => {
  it.each<[string, Kind]>([
    ['-m', 'ethernet'],
    ['-m', 'raw'],
    ['-m', 'cooked'],
    ['-i', 'ethernet'],
    ['-g', 'cooked'],
    ['-g', 'ethernet'],
  ])('%s, %s', async (method, kind) => {
    const text = `${service(method)}${method === '-m' ? HANDSHAKE : HANDSHAKE.replaceAll(/.*server.*\n/g, '')}`;
    const { lines, notes, wrong } = await imported(text, { kind, links: ['server'] });
    expect(wrong).toEqual([]);
    expect(lines.filter((line) => line.includes('client'))).toHaveLength(4);
    if (method !== '-g') expect(lines[0]).toBe('f1 client > S 0:0(0) -> to RIP2');
    expect(lines.filter((line) => / server .*->/.test(line))).toEqual([]);
    expect(notes.join()).toContain("only the real servers' side was captured");
  });
});

it.each<[string, Kind]>([
  ['-m', 'ethernet'],
  ['-m', 'cooked'],
  ['-i', 'raw'],
  ['-g', 'raw'],
  ['-g', 'ethernet'],
])('--server-side is refused where both sides were captured, %s, %s', async (method, kind) => {
  const text = `${service(method)}${HANDSHAKE.replaceAll(/.*server.*\n/g, '')}`;
  await expect(imported(text, { kind, serverSide: true })).rejects.toThrow(
    /x\.pcap: packet \d is of the clients' side, .*; leave --server-side out$/,
  );
});
