import { parseEndpoint, printEndpoint } from '../config/address-text.ts';
import { parseNumber } from '../config/number-text.ts';
import { TextError } from '../config/text-error.ts';
import { type Word, WordReader } from '../config/words.ts';
import type { Flow } from '../scenario.ts';

/** Different, so that one is never taken for the other. */
export const DEFAULT_ISN: Flow['isn'] = { client: 1000, server: 5000 };

const SHAPE =
  '[udp|sctp] CLIENT:PORT > SERVICE:PORT [isn CLIENT/SERVER] [with FLOW], as in CIP1:40001 > VIP:80 isn 1000/5000 or udp CIP1:40001 > VIP:53';

/** `CIP1:40001 > VIP:80 isn 7/9`, `udp CIP1:40001 > VIP:53`; the usual initial sequence numbers are left out. */
export function printFlow({ protocol, client, service, isn, with: other }: Flow): string {
  const usual = isn.client === DEFAULT_ISN.client && isn.server === DEFAULT_ISN.server;
  return [
    ...(protocol === 'tcp' ? [] : [protocol]),
    `${printEndpoint(client, 'named')} > ${printEndpoint(service, 'named')}`,
    ...(usual ? [] : [`isn ${isn.client}/${isn.server}`]),
    ...(other === undefined ? [] : ['with', other]),
  ].join(' ');
}

export function parseFlow(text: string): Flow {
  const reader = new WordReader(text);
  const protocol = (['udp', 'sctp'] as const).find((name) => reader.skip(name)) ?? 'tcp';
  const client = parseEndpoint(reader.next('the client', { allowed: SHAPE }));
  const arrow = reader.next('>', { allowed: SHAPE });
  if (arrow.text !== '>')
    throw new TextError(arrow, `"${arrow.text}" stands where > belongs`, { allowed: SHAPE });
  const service = parseEndpoint(reader.next('the service', { allowed: SHAPE }));
  const isn = reader.skip('isn') ? parseIsn(reader.next('CLIENT/SERVER', { allowed: SHAPE })) : DEFAULT_ISN;
  const other = reader.skip('with') ? parseFlowName(reader.next('the flow after with')) : undefined;
  if (!reader.done)
    throw new TextError(reader.place, `"${reader.peek()}" follows a complete flow`, { allowed: SHAPE });
  return { protocol, client, service, isn, ...(other === undefined ? {} : { with: other }) };
}

function parseIsn(word: Word): Flow['isn'] {
  const [client, server, ...more] = word.text.split('/');
  if (server === undefined || more.length > 0)
    throw new TextError(word, `"${word.text}" are no initial sequence numbers`, {
      allowed: 'CLIENT/SERVER, as in 1000/5000',
    });
  const range = { min: 0, max: 0xffffffff };
  const second = { ...word, text: server, column: word.column + client!.length + 1 };
  return {
    client: parseNumber({ ...word, text: client! }, 'sequence number', range),
    server: parseNumber(second, 'sequence number', range),
  };
}

export function parseFlowName(word: Word): string {
  if (/^[A-Za-z][A-Za-z0-9_-]{0,31}$/.test(word.text)) return word.text;
  throw new TextError(word, `"${word.text}" is no name of a flow`, {
    allowed: 'a letter, then letters, digits, - and _, up to 32 characters, as in f1',
  });
}
