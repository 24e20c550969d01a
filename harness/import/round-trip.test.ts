import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { printRuleset } from '../../spec/config/iptables-print.ts';
import { printServices } from '../../spec/config/ipvsadm-print.ts';
import { ADDRESS_NAMES, type LinkName } from '../../spec/config/topology.ts';
import { kernelOf } from '../../spec/kernel.ts';
import type { Scenario } from '../../spec/scenario.ts';
import { printFact } from '../../spec/scenario-text/expectation.ts';
import { printTimelineItem } from '../../spec/scenario-text.ts';
import { parseIpv4 } from '../../spec/wire/address.ts';
import { ModelDirector } from '../directors/model.ts';
import { bind } from '../play/bind.ts';
import { parseScenarioFile } from '../replay/scenario-file.ts';
import { ScapyBridge } from '../scapy-bridge/bridge.ts';
import { testFolders } from '../system/test-folders.ts';
import { importCase } from './import-case.ts';
import { type Kind, type MadeUpFrame, pcapOf } from './made-up-capture.ts';
import { verdictsOf } from './verdicts.ts';

/** What the model does with a scenario, captured on some of its wires and imported again. */

const KERNEL = kernelOf({ release: '6.1.0-56-cloud-amd64', version: '6.1.192-2', hz: 250 });
const bridge = new ScapyBridge();
afterAll(() => bridge.close());
const folder = testFolders();

/** Who has other addresses than the topology's: longer and shorter ones, as FTP writes them. */
type Renamed = Readonly<Record<string, string>>;

function parsed(text: string, renamed: Renamed): Scenario {
  const others = new Map(
    Object.entries(renamed).map(([name, address]) => [ADDRESS_NAMES.get(name), parseIpv4(address)]),
  );
  const withOthers = (value: object) =>
    JSON.parse(JSON.stringify(value), (_, one) => (typeof one === 'number' ? (others.get(one) ?? one) : one));
  const scenario = parseScenarioFile(text, 'x.yaml');
  return { ...scenario, director: withOthers(scenario.director), flows: withOthers(scenario.flows) };
}

function framesOf(scenario: Scenario, links: readonly LinkName[]): MadeUpFrame[] {
  const model = new ModelDirector(KERNEL);
  const frames: MadeUpFrame[] = [];
  let at = 1e9;
  bind(scenario, {
    start: (config) => model.start(config),
    step: (step) => {
      const observed = model.step(step);
      at += step.kind === 'wait' ? step.ms * 1000 : 4000;
      if (step.kind === 'frame' && links.includes(step.link))
        frames.push({ at, way: 'in', frame: step.frame });
      for (const { link, frame } of observed.emitted)
        if (links.includes(link)) frames.push({ at: at + 1, way: 'out', frame });
      return observed;
    },
  });
  return frames;
}

const BOTH: readonly LinkName[] = ['client', 'server'];

interface How {
  readonly own?: readonly number[];
  /** Unless said otherwise, of one link. */
  readonly serverSide?: boolean;
  readonly kind?: Kind;
  readonly links?: readonly LinkName[];
  readonly renamed?: Renamed;
}

/** The imported scenario's lines, what is wrong with them by the model, and the notes. */
async function imported(text: string, { kind = 'ethernet', links = BOTH, own = [], ...how }: How = {}) {
  const { serverSide = links !== BOTH, renamed = {} } = how;
  const dir = await folder();
  const path = (name: string) => join(dir, name);
  const given = parsed(text, renamed);
  const { director } = given;
  await writeFile(path('x.pcap'), pcapOf(framesOf(given, links), kind));
  await writeFile(path('x.ipvs'), printServices(director.services, 'numeric'));
  await writeFile(path('x.rules'), printRuleset(director.rules, 'numeric'));
  const sysctls = Object.entries(director.sysctls).map(([name, value]) => `${name} = ${value}\n`);
  await writeFile(path('x.sysctl'), sysctls.join(''));
  const { scenario, notes } = await importCase(
    {
      ...{ capture: path('x.pcap'), ipvs: path('x.ipvs'), rules: path('x.rules'), sysctl: path('x.sysctl') },
      ...{ clients: [], own, devices: {}, anonymise: false, serverSide },
    },
    bridge,
    new ModelDirector(KERNEL),
  );
  const verdicts = verdictsOf(scenario, new ModelDirector(KERNEL), KERNEL.hz);
  const facts = (step: number) =>
    (scenario.expectations ?? []).filter(({ after }) => after === step).map(({ fact }) => printFact(fact));
  const lines = scenario.timeline.flatMap((item, index) =>
    item.kind === 'wait' ? [] : [[printTimelineItem(item), ...facts(index + 1)].join(' -> ')],
  );
  return { lines, notes, wrong: verdicts.filter(({ instead }) => instead !== undefined) };
}

const service = (method: string, add = '-A -t', address = 'VIP:80') => `director:
  services: |
    ${add} ${address} -s rr
    ${add.replace('-A', '-a')} ${address} -r RIP1:80 ${method} -w 1
    ${add.replace('-A', '-a')} ${address} -r RIP2:80 ${method} -w 1
`;

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

describe('FTP', () => {
  const ftp = (flows: string, ...lines: string[]) => `${service('-m').replaceAll(':80', ':21')}flows:
  f1: CIP1:40000 > VIP:21 isn 70/4294967290
${flows}timeline:
  - f1 client > S 0:0(0)
  - f1 server > S. 0:0(0) ack 1
  - f1 client > . 1:1(0) ack 1
  - f1 server > P. 1:6(5) ack 1 says "220\\r\\n"
  - f1 client > P. 1:11(10) ack 6 says "USER bob\\r\\n"
${lines.map((line) => `  - ${line}\n`).join('')}`;
  /** A line of the server is some bytes longer, as it says it and as the client hears it. */
  const pasv = (said = 0, heard = 0) =>
    ftp(
      '  f2: CIP1:40001 > VIP:10241\n',
      'f1 client > P. 11:17(6) ack 6 says "PASV\\r\\n"',
      `f1 server > P. 6:${53 + said}(${47 + said}) ack 17 begins "227 Entering Passive Mode ({self,},40,1)\\r\\n"`,
      'f2 client > S 0:0(0)',
      'f2 server > S. 0:0(0) ack 1',
      `f1 client > . 17:17(0) ack ${51 + heard}`,
      'f2 server > P. 1:3(2) ack 1',
      `f1 server > P. ${53 + said}:${63 + said}(10) ack 17 says "226 Done\\r\\n"`,
      `f1 client > F. 17:17(0) ack ${61 + heard}`,
    );
  const PORT = ftp(
    '  f2: CIP1:5121 > VIP:20 with f1\n',
    'f1 client > P. 11:31(20) ack 6 says "PORT {self,},20,1\\r\\n"',
    'f2 server > S 0:0(0)',
    'f2 client > S. 0:0(0) ack 1',
    'f2 server > . 1:1(0) ack 1',
  );

  const renamed = { RIP2: '192.168.1.7', VIP: '10.0.0.9' };
  it.each<[string, string, How]>([
    ['ethernet', pasv(), { kind: 'ethernet' }],
    ['raw', pasv(), { kind: 'raw' }],
    ['cooked', pasv(), { kind: 'cooked' }],
    ['cooked2', pasv(), { kind: 'cooked2' }],
    ['addresses that are longer in the scenario', pasv(-1, -2), { renamed }],
  ])('passive, %s', async (_, text, how) => {
    const { lines, notes, wrong } = await imported(text, how);
    expect(wrong).toEqual([]);
    expect(notes).toEqual([]);
    expect(lines.slice(5)).toEqual([
      'f1 client > P. 11:17(6) ack 6 says "PASV\\r\\n" -> to RIP2',
      'f1 server > P. 6:53(47) ack 17 says "227 Entering Passive Mode ({self,},40,1)\\r\\n" -> to CIP1 from VIP:21 -> says "227 Entering Passive Mode (10,0,0,100,40,1)\\r\\n"',
      'f2 client > S 0:0(0) -> to RIP2',
      'f2 server > S. 0:0(0) ack 1 -> to CIP1 from VIP:10241',
      'f1 client > . 17:17(0) ack 51 -> to RIP2',
      'f2 server > P. 1:3(2) ack 1 data %01%02 -> to CIP1 from VIP:10241',
      'f1 server > P. 53:63(10) ack 17 says "226 Done\\r\\n" -> to CIP1 from VIP:21',
      'f1 client > F. 17:17(0) ack 61 -> to RIP2',
    ]);
  });

  it.each<Kind>(['ethernet', 'raw', 'cooked', 'cooked2'])('active, %s', async (kind) => {
    const { lines, notes, wrong } = await imported(PORT, { kind });
    expect(wrong).toEqual([]);
    expect(notes).toEqual([]);
    expect(lines.slice(5)).toEqual([
      'f1 client > P. 11:31(20) ack 6 says "PORT {self,},20,1\\r\\n" -> to RIP2',
      'f2 server > S 0:0(0) -> to CIP1 from VIP:20',
      'f2 client > S. 0:0(0) ack 1 -> to RIP2',
      'f2 server > . 1:1(0) ack 1 -> to CIP1 from VIP:20',
    ]);
  });

  it.each([
    ['without its announcement', []],
    [
      'announced for another machine',
      ['f1 server > P. 6:53(47) ack 11 begins "227 Entering Passive Mode ({CIP2,},40,1)\\r\\n"'],
    ],
  ])('%s a data connection is left out, and counted', async (_, said) => {
    const text = ftp('  f2: CIP1:40001 > VIP:10241\n', ...said, 'f2 client > S 0:0(0)');
    const { lines, notes } = await imported(text);
    expect(lines).toHaveLength(5 + said.length);
    expect(notes.join()).toContain('2 packets seem to be of FTP');
  });
});
