import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { USUAL_NAMES } from './config/address-text.ts';
import { expectRefusal } from './config/refusal.fixture.ts';
import { ADDRESS_NAMES, TWO_ARMED } from './config/topology.ts';
import type {
  Datagram,
  Echo,
  Flow,
  IcmpError,
  OtherPacket,
  PacketItem,
  SctpChunks,
  Segment,
  Wait,
} from './scenario.ts';
import { parseFlow, printFlow } from './scenario-text/flow.ts';
import { parseTimelineText, printTimelineItem } from './scenario-text.ts';
import { NOT_OTHER } from './wire/ip-protocols.ts';
import { SCTP_CHUNK_TYPES } from './wire/sctp.ts';
import type { TcpOption } from './wire/tcp.ts';

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const relative = fc.oneof(
  fc.integer({ min: -70_000, max: 70_000 }),
  fc.integer({ min: -(2 ** 33), max: 2 ** 33 }),
);
const option: fc.Arbitrary<TcpOption> = fc.oneof(
  fc.constantFrom<TcpOption>({ kind: 'nop' }, { kind: 'sackOK' }),
  fc.record({ kind: fc.constant('mss' as const), value: fc.nat({ max: 65535 }) }),
  fc.record({ kind: fc.constant('wscale' as const), shift: fc.nat({ max: 255 }) }),
  fc.record({ kind: fc.constant('sack' as const), blocks: fc.array(fc.tuple(u32, u32), { maxLength: 1 }) }),
  fc.record({ kind: fc.constant('timestamp' as const), value: u32, echo: u32 }),
  fc.record({
    kind: fc.constant('unknown' as const),
    number: fc.integer({ min: 2, max: 255 }),
    bytes: fc.uint8Array({ maxLength: 8 }),
  }),
);

const segment: fc.Arbitrary<Segment> = fc.record(
  {
    kind: fc.constant('segment' as const),
    flow: fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/),
    from: fc.constantFrom('client' as const, 'server' as const),
    by: fc.constantFrom(...TWO_ARMED.hosts.map(({ name }) => name)),
    flags: fc.nat({ max: 255 }),
    seq: relative,
    ack: fc.oneof(fc.constant(0), relative),
    window: fc.oneof(fc.constant(64240), fc.nat({ max: 65535 })),
    length: fc.integer({ min: 12, max: 1420 }),
    data: fc.uint8Array({ minLength: 1, maxLength: 12 }),
    options: fc.array(option, { maxLength: 4 }),
    ttl: fc.nat({ max: 255 }),
    mayFragment: fc.constant(true),
    badChecksum: fc.constant(true),
    text: fc.oneof(
      fc.constantFrom('PASV\r\n', '227 ({self,},40,1)\r\n', 'a "quote" \\ > <mss 1>', 'nul \0 and \xff'),
      fc.string({ unit: fc.constantFrom(...'aB9 <>"\\\r\n\t|(),.'), maxLength: 12 }),
    ),
  },
  { requiredKeys: ['kind', 'flow', 'from', 'flags', 'seq', 'ack', 'window', 'length', 'options'] },
) as fc.Arbitrary<Segment>;

const head = {
  flow: fc.constant('f1'),
  from: fc.constantFrom<PacketItem['from']>('client', 'server'),
  by: fc.constantFrom(...TWO_ARMED.hosts.map(({ name }) => name)),
  ttl: fc.nat({ max: 255 }),
  mayFragment: fc.constant(true),
  badChecksum: fc.constant(true),
};

const sctp = fc.record(
  {
    kind: fc.constant('sctp'),
    ...head,
    chunks: fc.array(fc.constantFrom(...Object.keys(SCTP_CHUNK_TYPES)), { minLength: 1, maxLength: 4 }),
    tag: fc.integer({ min: 0, max: 0xffffffff }),
  },
  { requiredKeys: ['kind', 'flow', 'from', 'chunks'] },
) as fc.Arbitrary<SctpChunks>;

const datagram = fc.record(
  { kind: fc.constant('datagram'), ...head, length: fc.nat({ max: 1472 }), noChecksum: fc.constant(true) },
  { requiredKeys: ['kind', 'flow', 'from', 'length'] },
) as fc.Arbitrary<Datagram>;

const echo = fc.record(
  {
    kind: fc.constant('echo'),
    ...head,
    message: fc.constantFrom<Echo['message']>('request', 'reply'),
    seq: fc.nat({ max: 65535 }),
    length: fc.nat({ max: 1472 }),
  },
  { requiredKeys: ['kind', 'flow', 'from', 'message', 'seq', 'length'] },
) as fc.Arbitrary<Echo>;

const icmp = fc.record(
  {
    kind: fc.constant('icmp'),
    ...head,
    type: fc.nat({ max: 255 }),
    code: fc.nat({ max: 255 }),
    mtu: fc.nat({ max: 65535 }),
    quote: fc.nat({ max: 1472 }),
    quotedOffset: fc.nat({ max: 8191 }),
  },
  { requiredKeys: ['kind', 'flow', 'from', 'type', 'code'] },
) as fc.Arbitrary<IcmpError>;

const { badChecksum: _, ...unsummedHead } = head;
const other = fc.record(
  {
    kind: fc.constant('other'),
    ...unsummedHead,
    protocol: fc.nat({ max: 255 }).filter((protocol) => !NOT_OTHER.has(protocol)),
    length: fc.integer({ min: 12, max: 1480 }),
    data: fc.uint8Array({ minLength: 1, maxLength: 12 }),
  },
  { requiredKeys: ['kind', 'flow', 'from', 'protocol', 'length'] },
) as fc.Arbitrary<OtherPacket>;

const wait: fc.Arbitrary<Wait> = fc
  .oneof(
    fc.nat({ max: 100_000 }),
    fc.nat({ max: 10_000 }).map((minutes) => minutes * 60_000),
    fc.nat({ max: 604_800_000 }),
  )
  .map((ms) => ({ kind: 'wait', ms }));

const end = fc.record({
  address: fc.oneof(fc.constantFrom(...ADDRESS_NAMES.values()), u32),
  port: fc.integer({ min: 1, max: 65535 }),
});
const flow: fc.Arbitrary<Flow> = fc.record({
  protocol: fc.constantFrom('tcp', 'udp', 'sctp'),
  client: end,
  service: end,
  isn: fc.oneof(fc.constant({ client: 1000, server: 5000 }), fc.record({ client: u32, server: u32 })),
});

describe('the timeline', () => {
  test('reads back as it was printed', () => {
    fc.assert(
      fc.property(fc.oneof(segment, datagram, sctp, echo, icmp, other, wait), (item) => {
        expect(parseTimelineText(printTimelineItem(item))).toEqual(item);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    'f1 client > S 0:0(0) win 65535 <mss 1460,sackOK,nop,wscale 7>',
    'f1 server > S. 0:0(0) ack 1 win 65160 <sack 100:200 300:400>',
    'f1 server by RIP2 > P. 1:101(100) ack 1',
    'f1 client by director > S 0:0(0)',
    'f1 client > FSRP.UEW -5:5(10) ack -1 ttl 1 badsum',
    'f1 client > - 0:0(0) ack 7 win 0 <TS val 1 ecr 0,opt 254 0a0b,opt 253>',
  ])('%s is written in the usual way', (text) => {
    expect(printTimelineItem(parseTimelineText(text))).toBe(text);
  });

  test.each([
    ['+0.1s', 100],
    ['+15m', 900_000],
    ['+3ms', 3],
    ['+1.5h', 5_400_000],
    ['+0.07s', 70],
    ['+0.001m', 60],
    ['+0ms', 0],
  ])('%s waits %i ms', (text, ms) => {
    expect(parseTimelineText(text)).toEqual({ kind: 'wait', ms });
  });

  test('details come in any order, also around the options', () => {
    const written = '  f1  client >  .S 0:0(0) badsum <nop> win 64240 ttl 3 ack 1';
    expect(printTimelineItem(parseTimelineText(written))).toBe(
      'f1 client > S. 0:0(0) ack 1 <nop> ttl 3 badsum',
    );
  });

  const says =
    'says "TEXT", as in says "PASV\\r\\n"; \\r \\n \\t \\" \\\\ and \\xHH stand for what they do in C';
  const head =
    'FLOW client|server [by HOST|director] [via HOST] > FLAGS SEQ:END(LENGTH) …, udp BYTES, sctp CHUNKS, echo BYTES, echo-reply BYTES, icmp TYPE/CODE or proto PROTOCOL BYTES';
  const CHUNKS = Object.keys(SCTP_CHUNK_TYPES).join(' ');
  const shape =
    'FLOW client|server [by HOST|director] [via HOST] > FLAGS SEQ:END(LENGTH) [ack N] [win N] [<options>] [data BYTES] [ttl N] [nodf] [badsum] [says "TEXT"]';
  const options = 'mss N, wscale N, sackOK, sack FROM:TO, TS val N ecr N, nop, opt N HEX';
  const waits = '+3ms, +0.1s, +15m, +2h; at most a week';
  const complaints: [string, number, string][] = [
    ['', 1, `the flow is missing; allowed: ${head}`],
    [
      '1f client > S 0:0(0)',
      1,
      '"1f" is no name of a flow; allowed: a letter, then letters, digits, - and _, up to 32 characters, as in f1',
    ],
    [
      'f1 clinet > S 0:0(0)',
      4,
      '"clinet" is neither client nor server; allowed: client server; did you mean client?',
    ],
    [
      'f1 server by RIP555 > S 0:0(0)',
      14,
      '"RIP555" is no host; allowed: CIP1 CIP2 CIP3 CIP4 RIP1 RIP2 RIP3 RIP4 director',
    ],
    [
      'f1 client by director via CIP2 > S 0:0(0)',
      23,
      'what the director sends comes by no wire; remove via CIP2',
    ],
    ['f1 client S 0:0(0)', 11, `"S" stands where > belongs; allowed: ${head}`],
    ['f1 client > SX 0:0(0)', 14, '"X" is no flag; allowed: F S R P . (ACK) U E (ECE) W (CWR), - for none'],
    ['f1 client > SS 0:0(0)', 14, 'flag S is given twice; remove one of them'],
    [
      'f1 client > S 0:0',
      15,
      '"0:0" is no range of sequence numbers; allowed: SEQ:END(LENGTH), as in 1:101(100)',
    ],
    ['f1 client > P 1:100(100)', 15, '"1:100(100)" does not add up; write 1:101(100)'],
    [
      'f1 client > P 1:1462(1461)',
      15,
      '1461 bytes do not fit into one frame; allowed: 1460 bytes together; send it in fragments: frag 0+1480 mf',
    ],
    ['f1 client > .', 14, `SEQ:END(LENGTH) is missing; allowed: ${shape}`],
    ['f1 client > . 1:1(0)', 21, 'a segment with flag . says what it acknowledges; add ack N'],
    [
      'f1 client > S 0:0(0) wni 5',
      22,
      '"wni" is nothing that a segment has; allowed: ack N, win N, data BYTES, ttl N, tos N, id N, nodf, frag OFFSET+LENGTH, mf, badsum; did you mean win?',
    ],
    ['f1 client > sctp', 17, `the chunks is missing; allowed: ${CHUNKS}`],
    ['f1 client > sctp INIT,INI', 18, `"INI" is no chunk; allowed: ${CHUNKS}; did you mean INIT?`],
    ['f1 client > udp', 16, 'the number of bytes is missing'],
    [
      'f1 client > udp 1473',
      17,
      '1473 bytes do not fit into one frame; allowed: 1472 bytes together; send it in fragments: frag 0+1480 mf',
    ],
    ['f1 client > udp 65508', 17, '"65508" is no number of bytes; allowed: 0 to 65507'],
    ['f1 client > udp 9 frag 0', 24, '"0" is no part of a packet; allowed: OFFSET+LENGTH, as in 0+1400'],
    ['f1 client > udp 9 frag 9+8', 24, 'a fragment cannot begin at byte 9; write 8+8'],
    ['f1 client > udp 9 frag 8+1481', 26, '"1481" is no number of bytes; allowed: 0 to 1480'],
    ['f1 client > udp 5 <nop>', 20, 'only a segment has options; remove <nop>'],
    [
      'f1 client > echo 5 nosum',
      20,
      '"nosum" is nothing that a ping has; allowed: seq N, ttl N, tos N, id N, nodf, frag OFFSET+LENGTH, mf, badsum',
    ],
    [
      'f1 client > proto epsilon 8',
      19,
      '"epsilon" is no protocol; allowed: igmp ipip ipv6 gre esp ah ospf pim ipcomp l2tp, or a number up to 255',
    ],
    ['f1 client > proto 256 8', 19, '"256" is no protocol; allowed: 0 to 255'],
    ['f1 client > proto 17 8', 19, 'a packet of protocol 17 is not described so; write udp instead'],
    [
      'f1 client > proto esp 8 badsum',
      25,
      '"badsum" is nothing that a packet of another protocol has; allowed: data BYTES, ttl N, tos N, id N, nodf, frag OFFSET+LENGTH, mf',
    ],
    ['f1 client > icmp 3', 18, '"3" is no ICMP type and code; allowed: TYPE/CODE, as in 3/4'],
    ['f1 client > icmp 3/256', 20, '"256" is no ICMP code; allowed: 0 to 255'],
    ['f1 client > S 0:0(0) win 65536', 26, '"65536" is no window; allowed: 0 to 65535'],
    ['f1 client > S 0:0(0) ttl 1 ttl 2', 28, 'ttl is given twice; remove one of them'],
    ['f1 client > S 0:0(0) <mss 1460', 22, '< has no >; close the options with >'],
    ['f1 client > S 0:0(0) <>', 23, `an option is missing; allowed: ${options}; write no <> for no options`],
    [
      'f1 client > S 0:0(0) <nop,mms 5>',
      27,
      `"mms" is no option of TCP; allowed: ${options}; did you mean mss?`,
    ],
    ['f1 client > S 0:0(0) <nop nop>', 27, '"nop" follows a complete option; separate options by commas'],
    ['f1 client > S 0:0(0) <mss 70000>', 27, '"70000" is no segment size; allowed: 0 to 65535'],
    ['f1 client > S 0:0(0) <sack 5>', 28, '"5" is no block of sequence numbers; allowed: FROM:TO'],
    ['f1 client > S 0:0(0) <TS val 5 ecn 0>', 32, `"ecn" stands where ecr belongs; allowed: ${options}`],
    ['f1 client > S 0:0(0) <opt 1 00>', 27, '"1" is no number of an option; allowed: 2 to 255'],
    ['f1 client > S 0:0(0) <opt 9 0>', 29, '"0" are no bytes; allowed: pairs of hexadecimal digits'],
    [
      'f1 client > S 0:0(0) <sack 1:2 3:4 5:6 7:8 9:10>',
      23,
      'the options take 44 bytes; allowed: at most 40',
    ],
    [
      'f1 client > P. 1:7(6) ack 1 says "PASV\\n"',
      16,
      'the text is 5 bytes long, and the segment 6; write 1:6(5), or begins for says to send a part of it',
    ],
    ['f1 client > P. 1:3(2) ack 1 says "\\q"', 35, `\\q stands for nothing; allowed: ${says}`],
    ['f1 client > P. 1:7(6) ack 1 says PASV', 29, `says lacks a text in quotes; allowed: ${says}`],
    [
      'f1 client > P. 1:7(6) ack 1 begins "{ROP9,}"',
      37,
      `{ROP9} is no address; allowed: self ${USUAL_NAMES.join(' ')}; did you mean RIP9?`,
    ],
    ['f1 client > udp 5 says "hello"', 25, 'only a segment says something; remove says "hello"'],
    ['+5', 1, `"+5" is no wait; allowed: ${waits}`],
    ['+5s +5s', 5, '"+5s" follows a complete wait; put it on a line of its own'],
    ['+0.0001s', 1, `"+0.0001s" is finer than a millisecond; allowed: ${waits}`],
    ['+200h', 1, `"+200h" is too long; allowed: ${waits}`],
    ['0.1s', 1, '"0.1s" lacks its +; write +0.1s'],
  ];
  test.each(complaints)('%j is refused at column %i', (text, column, message) => {
    expectRefusal(() => parseTimelineText(text), { line: 1, column, message });
  });
});

describe('flows', () => {
  test('read back as they were printed', () => {
    fc.assert(
      fc.property(flow, (given) => {
        expect(parseFlow(printFlow(given))).toEqual(given);
      }),
    );
  });

  test('the usual initial sequence numbers are left out', () => {
    expect(printFlow(parseFlow('CIP:40001 > VIP1:80 isn 1000/5000'))).toBe('CIP1:40001 > VIP:80');
  });

  const shape =
    '[udp|sctp] CLIENT:PORT > SERVICE:PORT [isn CLIENT/SERVER] [with FLOW], as in CIP1:40001 > VIP:80 isn 1000/5000 or udp CIP1:40001 > VIP:53';
  test.each([
    ['CIP1:40001', 11, `> is missing; allowed: ${shape}`],
    ['CIP1:40001 - VIP:80', 12, `"-" stands where > belongs; allowed: ${shape}`],
    [
      'CIP1:40001 > VIP:80 isn 5',
      25,
      '"5" are no initial sequence numbers; allowed: CLIENT/SERVER, as in 1000/5000',
    ],
    ['CIP1:40001 > VIP:80 isn 5/-1', 27, '"-1" is no sequence number; allowed: 0 to 4294967295'],
    ['CIP1:40001 > VIP:80 5', 21, `"5" follows a complete flow; allowed: ${shape}`],
  ])('%j is refused at column %i', (text, column, message) => {
    expect(() => parseFlow(text)).toThrowError(expect.objectContaining({ line: 1, column, message }));
  });
});
