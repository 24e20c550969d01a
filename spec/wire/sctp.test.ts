import { expect, test } from 'vitest';
import { initiateTag, printSctp, sctpChecksumIsRight, sctpChunks, verificationTag } from './sctp.ts';

const packet = printSctp({
  sourcePort: 40000,
  destinationPort: 80,
  verificationTag: 7,
  initiateTag: 0xfffffff1,
  chunks: ['COOKIE_ECHO', 'INIT'],
});

test('what is printed reads back: tags, chunks in order, a right checksum', () => {
  const chunks = [...sctpChunks(packet)];
  expect(verificationTag(packet)).toBe(7);
  expect(chunks.map(({ type, length }) => [type, length])).toEqual([
    [10, 12],
    [1, 20],
  ]);
  expect(initiateTag(packet, chunks[1]!)).toBe(0xfffffff1);
  expect(sctpChecksumIsRight(packet)).toBe(true);
});

test('the checksum is CRC32c: the bytes that a known packet has', () => {
  // 32 bytes of zero have the CRC32c 8a9136aa (RFC 3720, B.4); the first 12 are the header here.
  const zeroes = new Uint8Array(32);
  zeroes.set([0xaa, 0x36, 0x91, 0x8a], 8);
  expect(sctpChecksumIsRight(zeroes)).toBe(true);
});

test('any bit matters to the checksum', () => {
  const other = packet.slice();
  other[0]! ^= 1;
  expect(sctpChecksumIsRight(other)).toBe(false);
});

test('a chunk without a length ends the list, a cut INIT says nothing', () => {
  const bytes = new Uint8Array(20);
  bytes[12] = 1;
  const [chunk, ...more] = sctpChunks(bytes);
  expect(more).toEqual([]);
  expect(initiateTag(bytes, chunk!)).toBeUndefined();
});
