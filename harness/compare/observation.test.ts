import { describe, expect, it } from 'vitest';
import type { Emitted, Observation } from '../../spec/observation.ts';
import { printEthernet } from '../../spec/wire/ethernet.ts';
import { printIpv4Packet } from '../../spec/wire/ipv4.ts';
import { compareObservation } from './observation.ts';
import { inWords, signatureOf } from './words.ts';

const BASE: Observation = {
  jiffies: 1,
  emitted: [],
  refused: false,
  services: [
    {
      protocol: 'TCP',
      address: 0x0a000064,
      port: 80,
      scheduler: 'rr',
      flags: '',
      dests: [
        { address: 0xc0a8010b, port: 80, forward: 'Masq', weight: 1, activeConn: 1, inActConn: 0 },
        { address: 0xc0a8010c, port: 80, forward: 'Masq', weight: 1, activeConn: 0, inActConn: 0 },
      ],
    },
  ],
  connections: [
    {
      protocol: 'TCP',
      client: 0x0a000002,
      clientPort: 1025,
      virtual: 0x0a000064,
      virtualPort: 80,
      dest: 0xc0a8010b,
      destPort: 80,
      state: 'SYN_RECV',
      expires: 60,
    },
  ],
  conntrack: [
    {
      protocol: 'tcp',
      timeout: 120,
      state: 'SYN_SENT',
      original: { src: 0x0a000002, dst: 0x0a000064, sport: 1025, dport: 80 },
      reply: { src: 0x0a000064, dst: 0x0a000002, sport: 80, dport: 1025 },
      unreplied: true,
      assured: false,
      mark: 0,
    },
  ],
  counters: [{ table: 'filter', chain: 'INPUT', rule: 0, packets: 1, bytes: 60 }],
};

const IP = {
  tos: 0,
  id: 7,
  dontFragment: false,
  moreFragments: false,
  fragmentOffset: 0,
  ttl: 64,
  protocol: 253,
  source: 1,
  destination: 2,
  options: new Uint8Array(0),
};

function emitted(header: Partial<typeof IP>, over: Partial<Emitted> = {}): Emitted {
  const packet = printIpv4Packet({ header: { ...IP, ...header }, payload: Uint8Array.of(1) });
  const frame = printEthernet(
    { destination: '0200c1000001', source: '0200d1000001', etherType: 0x800 },
    packet,
  );
  return { link: 'client', frame, ...over };
}

const fieldsOf = (expected: Observation, actual: Observation) =>
  compareObservation(expected, actual).map(({ observable, field }) => `${observable} ${field}`);

describe('compareObservation', () => {
  it('is silent about equal observations and about the clock', () => {
    expect(compareObservation(BASE, { ...structuredClone(BASE), jiffies: 9 })).toEqual([]);
  });

  it('names the header field of a frame that differs, checksum included', () => {
    const [expected, actual] = [emitted({ ttl: 63 }), emitted({ ttl: 64 })];
    const differences = compareObservation({ ...BASE, emitted: [expected] }, { ...BASE, emitted: [actual] });
    expect(differences.map(({ field }) => field)).toEqual(['ipv4.ttl', 'ipv4.checksum']);
    expect(inWords(differences[0]!, 'microvm:6.1')).toBe(
      'emitted frame 1 to client, field ipv4.ttl: expected 63, microvm:6.1 sent 64',
    );
    expect(signatureOf(differences)).toBe('frames ipv4.ttl');
  });

  it('reports a missing frame, one too many, and one on the wrong link', () => {
    const frame = emitted({});
    expect(fieldsOf({ ...BASE, emitted: [frame] }, BASE)).toEqual(['frames row']);
    expect(fieldsOf(BASE, { ...BASE, emitted: [frame] })).toEqual(['frames row']);
    expect(
      fieldsOf({ ...BASE, emitted: [frame] }, { ...BASE, emitted: [{ ...frame, link: 'server' }] }),
    ).toEqual(['frames link']);
  });

  it('takes frames in the order of each link, since nobody can tell which link was the first', () => {
    const [early, late] = [emitted({}), { ...emitted({}), frame: Uint8Array.from([1, 2, 3]) }];
    const other = { ...early, link: 'server' } as const;
    expect(
      fieldsOf({ ...BASE, emitted: [other, early, late] }, { ...BASE, emitted: [early, late, other] }),
    ).toEqual([]);
    expect(fieldsOf({ ...BASE, emitted: [early, late] }, { ...BASE, emitted: [late, early] })).not.toEqual(
      [],
    );
  });

  it('falls back to bytes when no named field differs', () => {
    const frame = emitted({});
    const longer = { ...frame, frame: Uint8Array.from([...frame.frame, 0]) };
    expect(fieldsOf({ ...BASE, emitted: [frame] }, { ...BASE, emitted: [longer] })).toEqual([
      'frames ipv4.payload',
    ]);
  });

  it('ignores an IP id that the model leaves open, but not a wrong checksum over it', () => {
    const open = emitted({ id: 1 }, { open: ['own-ip-id'] });
    const other = emitted({ id: 0xbeef });
    expect(fieldsOf({ ...BASE, emitted: [open] }, { ...BASE, emitted: [other] })).toEqual([]);
    other.frame[14 + 10]! ^= 1;
    expect(fieldsOf({ ...BASE, emitted: [open] }, { ...BASE, emitted: [other] })).toEqual([
      'frames ipv4.checksum',
    ]);
    expect(
      fieldsOf({ ...BASE, emitted: [emitted({ id: 1 })] }, { ...BASE, emitted: [emitted({ id: 2 })] }),
    ).toContain('frames ipv4.id');
  });

  it('leaves the frames that it compares as they are, also where they are Buffers', () => {
    const sent = () => Buffer.from(emitted({ id: 0xbeef }).frame);
    const [one, other] = [sent(), sent()];
    const open = [{ link: 'client', frame: one, open: ['own-ip-id'] }] as const;
    compareObservation({ ...BASE, emitted: open }, { ...BASE, emitted: [{ link: 'client', frame: other }] });
    expect([one, other]).toEqual([sent(), sent()]);
  });

  it('takes entries whose source port the model leaves open in any order, but not with another timeout', () => {
    const entry = (sport: number, timeout: number) => ({
      ...BASE.conntrack[0]!,
      timeout,
      protocol: 'udp',
      original: { src: 1, dst: 2, sport, dport: 6080 },
      reply: { src: 2, dst: 1, sport: 6080, dport: sport },
    });
    const open = (rows: Observation['conntrack']) => ({
      ...BASE,
      conntrack: rows.map((row) => ({ ...row, openPort: true as const })),
    });
    const expected = open([entry(1, 20), entry(2, 30)]);
    const same = { ...BASE, conntrack: [entry(40000, 30), entry(50000, 20)] };
    const other = { ...BASE, conntrack: [entry(40000, 30), entry(50000, 21)] };

    expect(compareObservation(expected, same)).toEqual([]);
    expect(compareObservation(expected, other)).not.toEqual([]);
  });

  it('refuses a freedom that is not in the table', () => {
    const open = emitted({}, { open: ['anything'] });
    expect(() => compareObservation({ ...BASE, emitted: [open] }, { ...BASE, emitted: [open] })).toThrow(
      /anything/,
    );
  });

  const changed = (path: (copy: Mutable) => void) => {
    const copy = structuredClone(BASE) as Mutable;
    path(copy);
    return copy;
  };
  // biome-ignore lint/suspicious/noExplicitAny: the tests change any field of a deep copy.
  type Mutable = any;

  it.each([
    ['refused exit code', (o: Mutable) => (o.refused = true)],
    ['services scheduler', (o: Mutable) => (o.services[0].scheduler = 'lc')],
    ['services row', (o: Mutable) => o.services.pop()],
    ['services dests', (o: Mutable) => o.services[0].dests.reverse()],
    ['services activeConn', (o: Mutable) => (o.services[0].dests[0].activeConn = 2)],
    ['services inActConn', (o: Mutable) => (o.services[0].dests[1].inActConn = 2)],
    ['services weight', (o: Mutable) => (o.services[0].dests[1].weight = 0)],
    ['services forward', (o: Mutable) => (o.services[0].dests[1].forward = 'Route')],
    ['connections state', (o: Mutable) => (o.connections[0].state = 'ESTABLISHED')],
    ['connections dest', (o: Mutable) => (o.connections[0].destPort = 8080)],
    ['connections expires', (o: Mutable) => (o.connections[0].expires = 59)],
    ['connections row', (o: Mutable) => o.connections.push(o.connections[0])],
    ['conntrack state', (o: Mutable) => (o.conntrack[0].state = 'CLOSE')],
    ['conntrack timeout', (o: Mutable) => (o.conntrack[0].timeout = 119)],
    ['conntrack reply', (o: Mutable) => (o.conntrack[0].reply.sport = 8080)],
    ['conntrack unreplied', (o: Mutable) => (o.conntrack[0].unreplied = false)],
    ['conntrack assured', (o: Mutable) => (o.conntrack[0].assured = true)],
    ['conntrack mark', (o: Mutable) => (o.conntrack[0].mark = 1)],
    ['conntrack row', (o: Mutable) => o.conntrack.pop()],
    ['counters packets', (o: Mutable) => (o.counters[0].packets = 2)],
    ['counters bytes', (o: Mutable) => (o.counters[0].bytes = 61)],
  ])('finds %s', (name, change) => {
    expect(fieldsOf(BASE, changed(change))).toEqual([name]);
  });

  it('tells states apart in a signature, but not numbers', () => {
    const state = compareObservation(
      BASE,
      changed((o) => (o.connections[0].state = 'CLOSE')),
    );
    const expires = compareObservation(
      BASE,
      changed((o) => (o.connections[0].expires = 1)),
    );
    const missing = compareObservation(
      BASE,
      changed((o) => o.conntrack.pop()),
    );
    expect(signatureOf(state)).toBe('connections state SYN_RECV -> CLOSE');
    expect(signatureOf(expires)).toBe('connections expires');
    expect(signatureOf(missing)).toBe('conntrack row missing');
  });
});
