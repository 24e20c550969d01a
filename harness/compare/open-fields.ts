import type { Emitted } from '../../spec/observation.ts';
import { FREEDOMS } from '../../spec/tables/freedoms.ts';
import { replace16 } from '../../spec/wire/checksum.ts';
import { ETHERNET_HEADER_BYTES } from '../../spec/wire/ethernet.ts';
import { PROTOCOL_UDP, setWord, word } from '../../spec/wire/ipv4.ts';

const IP_ID = ETHERNET_HEADER_BYTES + 4;
const IP_CHECKSUM = ETHERNET_HEADER_BYTES + 10;
const IP_PROTOCOL = ETHERNET_HEADER_BYTES + 9;
const IP_FRAGMENT = ETHERNET_HEADER_BYTES + 6;
const UDP_SPORT = ETHERNET_HEADER_BYTES + 20;
const UDP_CHECKSUM = UDP_SPORT + 6;

type Field = Exclude<(typeof FREEDOMS)[number]['field'], 'rest'>;
type Blank = (frame: Uint8Array) => void;

/**
 * How each open field is blanked. The checksum over it is carried along, not blanked: one that was wrong
 * stays wrong.
 */
const BLANKS: Readonly<Record<Field, Blank>> = {
  'ipv4.id': (frame) => {
    if (frame.length < IP_CHECKSUM + 2) return;
    setWord(frame, IP_CHECKSUM, replace16(word(frame, IP_CHECKSUM), word(frame, IP_ID), 0));
    setWord(frame, IP_ID, 0);
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
  if (freedom.field === 'rest')
    throw new Error(`the model leaves "${id}" open in a frame, but it is more than that`);
  return freedom.field;
}
