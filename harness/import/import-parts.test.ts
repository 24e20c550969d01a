import { expect, it } from 'vitest';
import { networkOf } from './casting.ts';
import { deviceMatch } from './devices.ts';
import { readLink } from './link-layer.ts';
import { readPacket } from './packet.ts';
import { maskHere } from './persistence-mask.ts';

const IP = [0x45, 0, 0, 40, 0, 7, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 2, 10, 0, 0, 100];
const MACS = [...Array(6).fill(1), ...Array(6).fill(2)];

it.each([
  ['Ethernet', 1, [...MACS, 8, 0, ...IP], undefined],
  ['two VLANs', 1, [...MACS, 0x88, 0xa8, 0, 5, 0x81, 0, 0, 7, 8, 0, ...IP], undefined],
  ['raw IP', 101, IP, undefined],
  ['cooked v1, sent', 113, [0, 4, 0, 1, 0, 6, ...Array(8).fill(0), 8, 0, ...IP], 'out'],
  ['cooked v1 with a VLAN', 113, [0, 0, 0, 1, 0, 6, ...Array(8).fill(0), 0x81, 0, 0, 7, 8, 0, ...IP], 'in'],
  ['cooked v2, passing', 276, [8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 3, 6, ...Array(8).fill(0), ...IP], 'passing'],
])('the IP packet behind %s is found', (_, linktype, bytes, way) => {
  const link = readLink(linktype, Uint8Array.from(bytes))!;
  expect(link.way).toBe(way);
  const where = { number: 1, at: 0, device: '', way: undefined, macs: undefined };
  expect(readPacket(link.payload, where)).toMatchObject({
    id: 7,
    protocol: 6,
    length: 20,
    body: { length: 0 },
  });
});

it('a packet in a tunnel is read from inside', () => {
  const outer = [...IP.slice(0, 9), 4, 0, 0, 192, 168, 1, 1, 192, 168, 1, 11];
  outer[3] = 60;
  const where = { number: 1, at: 0, device: '', way: undefined, macs: undefined };
  expect(readPacket(Uint8Array.from([...outer, ...IP]), where)).toMatchObject({
    outer: { destination: 0xc0a8010b },
    protocol: 6,
  });
});

it.each([1, 101, 113, 276, 228])('link type %i may be cut anywhere', (linktype) => {
  for (let length = 0; length < 40; length++) {
    const link = readLink(linktype, new Uint8Array(length).fill(0x45));
    if (link) readPacket(link.payload, { number: 1, at: 0, device: '', way: undefined, macs: undefined });
  }
});

const roles = new Map(
  [
    ['VIP1', 0xc6336450, 0x0a000064],
    ['CIP1', 0xcb007107, 0x0a000002],
    ['CIP2', 0xcb007108, 0x0a000003],
    ['RIP1', 0xac10000b, 0xc0a8010b],
  ].map(([name, was, address]) => [was as number, { name: name as string, address: address as number }]),
);

it('a network becomes the one that holds the same hosts', () => {
  const casting = { roles, topology: { links: [], hosts: [], vips: [] } };
  expect(networkOf(casting, 0xcb007100, 0xffffff00)).toEqual({ address: 0x0a000002, mask: 0xfffffffe });
  expect(networkOf(casting, 0xcb007107, 0xffffffff)).toEqual({ address: 0x0a000002, mask: 0xffffffff });
  expect(networkOf(casting, 0x08080800, 0xffffff00)).toEqual({ address: 0xcb007100, mask: 0xffffff00 });
  expect(networkOf(casting, 0, 0)).toEqual({ address: 0, mask: 0 });
  // CIP1, RIP1 and not CIP2: 128.0.0.0/1 has all but nobody in between.
  const mixed = new Map([...roles].map(([was, role]) => [role.name === 'RIP1' ? 0xcb007106 : was, role]));
  expect(networkOf({ ...casting, roles: mixed }, 0xcb007106, 0xfffffffe)).toBeUndefined();
});

it.each([
  [
    { name: 'bond0', inverted: false },
    { name: 'eth0', inverted: false },
  ],
  [
    { name: 'bond+', inverted: false },
    { name: 'eth+', inverted: false },
  ],
  [
    { name: 'bond+', inverted: true },
    { name: 'eth+', inverted: true },
  ],
  [
    { name: '+', inverted: true },
    { name: '+', inverted: true },
  ],
  [{ name: 'docker0', inverted: true }, 'any'],
  [
    { name: 'lo', inverted: false },
    { name: 'lo', inverted: false },
  ],
])('a rule about %j asks for %j here', (given, here) => {
  expect(deviceMatch({ client: 'bond0', server: 'bond1' }, given)).toEqual(here);
});

it('nobody guesses where a device is', () => {
  expect(deviceMatch({ client: '', server: '' }, { name: 'bond0', inverted: false })).toBe('unknown');
});

it('who was one client to persistence is one', () => {
  const topology = { links: [], hosts: [], vips: [] };
  const here = (clients: readonly number[], mask: number) =>
    maskHere(mask, clients, {
      topology,
      roles: new Map(clients.map((was, at) => [was, { name: `CIP${at + 1}`, address: 0x0a000002 + at }])),
    });
  const [one, neighbour, other] = [0xcb007104, 0xcb007105, 0xc6336401];
  expect(here([one, other], 0xffffff00)).toBe(0xffffffff);
  expect(here([one, neighbour], 0xffffff00)).toBe(0xffffff00);
  expect(here([one, neighbour, other], 0xffffff00)).toBe(0xfffffffe);
  // 10.0.0.3 and 10.0.0.4 differ in every bit by which one of them differs from 10.0.0.2.
  expect(here([other, one, neighbour], 0xffffff00)).toBeUndefined();
});
