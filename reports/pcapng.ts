import type { Finding, StepRecord } from '../harness/outcome.ts';
import type { LinkName } from '../spec/config/topology.ts';
import type { Observation } from '../spec/observation.ts';
import { formatIpv4 } from '../spec/wire/address.ts';

/** A frame of a capture. */
export interface CapturedPacket {
  readonly link: LinkName;
  readonly frame: Uint8Array;
  /** As the director sees it. */
  readonly direction: 'in' | 'out';
  /** Microseconds since the capture began. */
  readonly microseconds: number;
  readonly comment: string;
}

/** pcapng interfaces in the order of their blocks. */
const LINKS: readonly LinkName[] = ['client', 'server'];

const BLOCK = { section: 0x0a0d0d0a, interface: 1, enhancedPacket: 6 } as const;
const OPTION = { comment: 1, interfaceName: 2, packetFlags: 2, userApplication: 4 } as const;
const LINKTYPE_ETHERNET = 1;
const DIRECTION_FLAGS = { in: 1, out: 2 } as const;

/** A capture file with one comment for each packet (pcapng, draft-ietf-opsawg-pcapng), little-endian. */
export function pcapng(packets: readonly CapturedPacket[]): Uint8Array {
  return concat([sectionBlock(), ...LINKS.map(interfaceBlock), ...packets.map(packetBlock)]);
}

/** What came in by a link; what the director itself sends is on a wire only where it leaves. */
export function cameIn(sent: StepRecord['sent']): Pick<CapturedPacket, 'link' | 'frame'> | undefined {
  return sent && sent.link !== 'director' ? { link: sent.link, frame: sent.frame } : undefined;
}

/** A finding's frames as one side of it played them: what was sent in, and what came out. */
export function captureOf(finding: Finding, side: 'model' | 'director'): Uint8Array {
  const start = finding.steps[0]?.[side].jiffies ?? 0;
  const microseconds = ({ jiffies }: Observation) => ((jiffies - start) * 1_000_000) / finding.director.hz;
  return pcapng(
    finding.steps.flatMap((step, index) => stepPackets(step, index, side, microseconds(step[side]))),
  );
}

/** All of a step happens within a jiffy: a microsecond apart keeps the order. */
function stepPackets(
  step: StepRecord,
  index: number,
  side: 'model' | 'director',
  at: number,
): CapturedPacket[] {
  const where = `step ${index}: ${step.says}`;
  const after = [verdictOf(step, side), ...statesAfter(step[side])].filter(Boolean).join('; ');
  const came = cameIn(step.sent);
  const sent = came
    ? [{ ...came, direction: 'in' as const, comment: after ? `${where}; ${after}` : where }]
    : [];
  const answers = step[side].emitted.map(({ link, frame }, number) => ({
    link,
    frame,
    direction: 'out' as const,
    comment: `${where}; the ${side} sent frame ${number + 1} to ${link}`,
  }));
  return [...sent, ...answers].map((packet, order) => ({ ...packet, microseconds: at + order }));
}

/** The last verdict that the model's trace has; of a director only what left it can be seen. */
function verdictOf({ trace, director }: StepRecord, side: 'model' | 'director'): string {
  if (side === 'director') return director.emitted.length === 0 ? 'nothing left the director' : '';
  const last = trace.filter(({ verdict }) => verdict !== '').at(-1);
  return last ? `${last.verdict} by ${last.station} at ${last.hook}` : '';
}

/** A capture is to be read at a glance: tables of many entries stand in explain.txt. */
const MOST_STATES = 4;

/** The states that IPVS and conntrack show afterwards. */
function statesAfter({ connections, conntrack }: Observation): string[] {
  const ipvs = connections.map(
    ({ client, clientPort, state }) => `IPVS ${formatIpv4(client)}:${clientPort} ${state}`,
  );
  const tracked = conntrack.map(
    ({ original, state, assured, unreplied }) =>
      `conntrack ${formatIpv4(original.src)}:${original.sport} ${[state, assured && 'ASSURED', unreplied && 'UNREPLIED'].filter(Boolean).join(' ')}`,
  );
  return [...ipvs, ...tracked].slice(0, MOST_STATES);
}

function sectionBlock(): Uint8Array {
  const unknownLength = [0xffffffff, 0xffffffff].flatMap(long);
  const body = [...long(0x1a2b3c4d), ...short(1), ...short(0), ...unknownLength];
  return block(BLOCK.section, [...body, ...options([[OPTION.userApplication, text('lvs-conformance')]])]);
}

function interfaceBlock(link: LinkName): Uint8Array {
  const body = [...short(LINKTYPE_ETHERNET), ...short(0), ...long(0)];
  return block(BLOCK.interface, [...body, ...options([[OPTION.interfaceName, text(link)]])]);
}

function packetBlock({ link, frame, direction, microseconds, comment }: CapturedPacket): Uint8Array {
  const at = Math.floor(microseconds);
  return block(BLOCK.enhancedPacket, [
    ...[LINKS.indexOf(link), Math.floor(at / 2 ** 32), at >>> 0, frame.length, frame.length].flatMap(long),
    ...padded(frame),
    ...options([
      [OPTION.comment, text(comment)],
      [OPTION.packetFlags, long(DIRECTION_FLAGS[direction])],
    ]),
  ]);
}

function block(type: number, body: readonly number[]): Uint8Array {
  const length = long(body.length + 12);
  return Uint8Array.from([...long(type), ...length, ...body, ...length]);
}

function options(list: readonly (readonly [code: number, value: ArrayLike<number>])[]): number[] {
  const end = [...short(0), ...short(0)];
  return [
    ...list.flatMap(([code, value]) => [...short(code), ...short(value.length), ...padded(value)]),
    ...end,
  ];
}

function padded(bytes: ArrayLike<number>): number[] {
  const all = Array.from(bytes);
  while (all.length % 4 !== 0) all.push(0);
  return all;
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function short(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff];
}

function long(value: number): number[] {
  return [...short(value), ...short(value >>> 16)];
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
