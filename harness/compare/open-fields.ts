import type { Emitted } from '../../spec/observation.ts';
import { FREEDOMS } from '../../spec/tables/freedoms.ts';
import { replace16 } from '../../spec/wire/checksum.ts';
import { ETHERNET_HEADER_BYTES } from '../../spec/wire/ethernet.ts';
import { PROTOCOL_UDP, setWord, word } from '../../spec/wire/ipv4.ts';
import { innerOffset } from '../../spec/wire/tunnel.ts';

const IP_ID = ETHERNET_HEADER_BYTES + 4;
const IP_CHECKSUM = ETHERNET_HEADER_BYTES + 10;
/** From the one to the other. */
const ID_TO_CHECKSUM = IP_CHECKSUM - IP_ID;
/** Tunnels' outer headers have no options. */
const IP_PAYLOAD = ETHERNET_HEADER_BYTES + 20;
const IP_PROTOCOL = ETHERNET_HEADER_BYTES + 9;
const IP_FRAGMENT = ETHERNET_HEADER_BYTES + 6;
const UDP_SPORT = ETHERNET_HEADER_BYTES + 20;
const UDP_CHECKSUM = UDP_SPORT + 6;

type Field = Exclude<(typeof FREEDOMS)[number]['field'], 'course' | 'rest'>;
type Blank = (frame: Uint8Array) => void;

/**
 * How each open field is blanked. The checksum over it is carried along, not blanked: one that was wrong
 * stays wrong.
 */
const BLANKS: Readonly<Record<Field, Blank>> = {
  'ipv4.id': (frame) => blankId(frame, IP_ID),
  // An outer checksum over both id and checksum stays right.
  'inner.ipv4.id': (frame) => {
    const inner = innerAt(frame);
    if (inner !== undefined) blankId(frame, inner + IP_ID - ETHERNET_HEADER_BYTES);
  },
  // Of fragments only the first has it. A checksum of 0 is none.
  'udp.sport': (frame) => {
    const isFirst = (word(frame, IP_FRAGMENT) & 0x1fff) === 0;
    if (frame.length < UDP_CHECKSUM + 2 || frame[IP_PROTOCOL] !== PROTOCOL_UDP || !isFirst) return;
    const checksum = word(frame, UDP_CHECKSUM);
    if (checksum !== 0) setWord(frame, UDP_CHECKSUM, replace16(checksum, word(frame, UDP_SPORT), 0));
    setWord(frame, UDP_SPORT, 0);
  },
};

function blankId(frame: Uint8Array, at: number): void {
  const checksum = at + ID_TO_CHECKSUM;
  if (frame.length < checksum + 2) return;
  setWord(frame, checksum, replace16(word(frame, checksum), word(frame, at), 0));
  setWord(frame, at, 0);
}

/** Where the packet inside a tunnelled one begins; later fragments have no beginning. */
function innerAt(frame: Uint8Array): number | undefined {
  if ((word(frame, IP_FRAGMENT) & 0x1fff) !== 0) return undefined;
  const inner = innerOffset(frame[IP_PROTOCOL]!, frame.subarray(IP_PAYLOAD));
  return inner === undefined ? undefined : IP_PAYLOAD + inner;
}

/** The frame with all that the reference leaves open set to zero. */
export function withoutOpenFields(frame: Uint8Array, open: Emitted['open'] = []): Uint8Array {
  if (open.length === 0) return frame;
  // A copy also of a Buffer, whose own slice() is none.
  const copy = Uint8Array.from(frame);
  for (const id of open) BLANKS[fieldOf(id)](copy);
  return copy;
}

function fieldOf(id: string): Field {
  const freedom = FREEDOMS.find((row) => row.id === id);
  if (!freedom) throw new Error(`the model leaves "${id}" open, which tables/freedoms does not have`);
  if (freedom.field === 'course' || freedom.field === 'rest')
    throw new Error(`the model leaves "${id}" open in a frame, but it is more than that`);
  return freedom.field;
}
