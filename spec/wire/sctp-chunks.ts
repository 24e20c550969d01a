import { word } from './ipv4.ts';
import { SCTP_CHUNK_TYPES, SCTP_HEADER_BYTES, type SctpChunkName, sctpChunks } from './sctp.ts';

/** What stands in a chunk behind its header: numbers by name and bytes, then something of any length, if there may be. */
interface Body {
  readonly numbers: readonly (readonly [name: string, bytes: 2 | 4])[];
  readonly rest?: string;
}

const INIT: Body = {
  numbers: [
    ['initiateTag', 4],
    ['window', 4],
    ['outStreams', 2],
    ['inStreams', 2],
    ['initialTsn', 4],
  ],
  rest: 'parameters',
};

/** RFC 9260, 3.3 */
const BODIES: Readonly<Record<SctpChunkName, Body>> = {
  DATA: {
    numbers: [
      ['tsn', 4],
      ['stream', 2],
      ['streamSequence', 2],
      ['payloadProtocol', 4],
    ],
    rest: 'data',
  },
  INIT,
  INIT_ACK: INIT,
  SACK: {
    numbers: [
      ['cumulativeTsn', 4],
      ['window', 4],
      ['gaps', 2],
      ['duplicates', 2],
    ],
    rest: 'blocks',
  },
  HEARTBEAT: { numbers: [], rest: 'information' },
  HEARTBEAT_ACK: { numbers: [], rest: 'information' },
  ABORT: { numbers: [], rest: 'causes' },
  SHUTDOWN: { numbers: [['cumulativeTsn', 4]] },
  SHUTDOWN_ACK: { numbers: [] },
  ERROR: { numbers: [], rest: 'causes' },
  COOKIE_ECHO: { numbers: [], rest: 'cookie' },
  COOKIE_ACK: { numbers: [] },
  SHUTDOWN_COMPLETE: { numbers: [] },
};

/** A chunk that is all there. */
export interface WholeChunk {
  readonly name: SctpChunkName;
  readonly flags: number;
  /** As its header says. */
  readonly length: number;
  readonly numbers: readonly (readonly [name: string, value: number])[];
  /** What follows the numbers, where the kind has something there. */
  readonly rest?: readonly [name: string, bytes: Uint8Array];
}

const NAMES = new Map(
  Object.entries(SCTP_CHUNK_TYPES).map(([name, type]) => [type as number, name as SctpChunkName]),
);

const CHUNK_HEADER_BYTES = 4;

/**
 * The chunks of a packet, field by field, up to the first one that is cut, of an unknown kind, too short for what it must
 * have or padded with something; `rest` are the bytes from there on.
 */
export function readChunks(bytes: Uint8Array): { chunks: WholeChunk[]; rest: Uint8Array } {
  const chunks: WholeChunk[] = [];
  let end = SCTP_HEADER_BYTES;
  for (const { type, flags, length, at } of sctpChunks(bytes)) {
    const name = NAMES.get(type);
    const next = at + ((length + 3) & ~3);
    const isPadded = next <= bytes.length && bytes.subarray(at + length, next).every((byte) => byte === 0);
    const body =
      name && isPadded ? readBody(name, bytes.subarray(at + CHUNK_HEADER_BYTES, at + length)) : undefined;
    if (!name || !body) break;
    chunks.push({ name, flags, length, ...body });
    end = next;
  }
  return { chunks, rest: bytes.subarray(end) };
}

function readBody(name: SctpChunkName, bytes: Uint8Array): Pick<WholeChunk, 'numbers' | 'rest'> | undefined {
  const { numbers, rest } = BODIES[name];
  const fixed = numbers.reduce((sum, [, size]) => sum + size, 0);
  if (bytes.length < fixed || (rest === undefined && bytes.length > fixed)) return undefined;
  let at = 0;
  const values = numbers.map(([field, size]): [string, number] => {
    const value = size === 2 ? word(bytes, at) : word(bytes, at) * 0x10000 + word(bytes, at + 2);
    at += size;
    return [field, value];
  });
  return { numbers: values, ...(rest !== undefined && { rest: [rest, bytes.subarray(fixed)] as const }) };
}
