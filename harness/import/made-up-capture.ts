import { parseEthernet } from '../../spec/wire/ethernet.ts';

/** Captures as tcpdump writes them, made in tests of frames that nobody captured. */

export interface MadeUpFrame {
  /** Microseconds. */
  readonly at: number;
  readonly way: 'in' | 'out';
  /** With its Ethernet header. */
  readonly frame: Uint8Array;
}

/** What stands before the IP packet, by kind of capture; `linktype` is libpcap's number. */
export const KINDS = {
  ethernet: { linktype: 1, wrap: ({ frame }) => [...frame] },
  vlan: {
    linktype: 1,
    wrap: ({ frame }) => [...frame.subarray(0, 12), 0x81, 0, 0, 7, ...frame.subarray(12)],
  },
  raw: { linktype: 101, wrap: ({ frame }) => [...frame.subarray(14)] },
  cooked: {
    linktype: 113,
    wrap: ({ frame, way }) => [
      0,
      way === 'in' ? 0 : 4,
      0,
      1,
      0,
      6,
      ...sender(frame),
      0,
      0,
      ...frame.subarray(12),
    ],
  },
  cooked2: {
    linktype: 276,
    wrap: ({ frame, way }) => [
      ...frame.subarray(12, 14),
      ...[0, 0, 0, 0, 0, 1, 0, 1, way === 'in' ? 0 : 4, 6, ...sender(frame), 0, 0],
      ...frame.subarray(14),
    ],
  },
} satisfies Record<string, { linktype: number; wrap: (frame: MadeUpFrame) => number[] }>;

export type Kind = keyof typeof KINDS;

function sender(frame: Uint8Array): Uint8Array {
  return Buffer.from(parseEthernet(frame)!.source, 'hex');
}

/** A pcap file; `snaplen` bytes of each frame are kept. */
export function pcapOf(frames: readonly MadeUpFrame[], kind: Kind, snaplen = 65_535): Uint8Array {
  const { linktype, wrap } = KINDS[kind];
  const bytes = [
    ...long(0xa1b2c3d4),
    2,
    0,
    4,
    0,
    ...long(0),
    ...long(0),
    ...long(snaplen),
    ...long(linktype),
  ];
  for (const frame of frames) {
    const whole = wrap(frame);
    const kept = whole.slice(0, snaplen);
    const [seconds, micro] = [Math.floor(frame.at / 1e6), frame.at % 1e6];
    bytes.push(...[seconds, micro, kept.length, whole.length].flatMap(long), ...kept);
  }
  return Uint8Array.from(bytes);
}

function long(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
}
