import type { Endpoint } from '../../spec/scenario.ts';
import { type Ipv4, parseIpv4 } from '../../spec/wire/address.ts';
import { PROTOCOL_TCP } from '../../spec/wire/ipv4.ts';
import { parseTcpHeader, TCP_HEADER_BYTES, tcpHeaderBytes } from '../../spec/wire/tcp.ts';
import type { CapturedPacket } from './packet.ts';

/** The port whose connections ip_vs_ftp reads. */
const FTP_PORT = 21;
/** From there a server opens data connections. */
export const FTP_DATA_PORT = 20;

export const isControl = ({ port }: Pick<Endpoint, 'port'>): boolean => port === FTP_PORT;

/** Text without braces, which are left to names. */
const READABLE = /^[\t\r\n\x20-\x7a|~]+$/;

/** What a segment says, where it is text and all of it was captured. */
export function textIn({
  protocol,
  offset,
  moreFragments,
  body,
  length,
}: CapturedPacket): string | undefined {
  if (protocol !== PROTOCOL_TCP || offset > 0 || moreFragments || body.length < length) return undefined;
  if (!parseTcpHeader(body)) return undefined;
  const text = Buffer.from(body.subarray(Math.max(TCP_HEADER_BYTES, tcpHeaderBytes(body)))).toString(
    'latin1',
  );
  return READABLE.test(text) ? text : undefined;
}

/** Lines about data that the bytes of a segment begin with, whatever follows them; undefined where there are none. */
export function linesAtStart(segment: Uint8Array): string | undefined {
  if (!parseTcpHeader(segment)) return undefined;
  const text = Buffer.from(segment.subarray(Math.max(TCP_HEADER_BYTES, tcpHeaderBytes(segment)))).toString(
    'latin1',
  );
  const lines = READABLE_LINES.exec(text)?.[0];
  return lines !== undefined && isAboutData(lines) ? lines : undefined;
}

const READABLE_LINES = /^(?:[\t\r\x20-\x7a|~]*\n)+/;

/** Commands and answers that a director or a firewall reads. */
const ABOUT_DATA = /^(PASV|EPSV|PORT|EPRT|227|229)/im;

export const isAboutData = (text: string): boolean => ABOUT_DATA.test(text);

/** Where a data connection will go, by the words of an end of the control connection. */
export interface Announced {
  readonly opener: 'client' | 'server';
  /** Undefined where the speaker's own is meant (RFC 2428). */
  readonly address: Ipv4 | undefined;
  readonly port: number;
}

/** Up to another character, since a segment may end within the last number. */
const NUMBERS = String.raw`(\d{1,3},\d{1,3},\d{1,3},\d{1,3}),(\d{1,3}),(\d{1,3})(?=\D)`;
/** RFC 959 and 2428; any character may delimit. */
const ANNOUNCEMENTS = [
  { opener: 'server', line: new RegExp(`^PORT +${NUMBERS}`, 'im') },
  { opener: 'client', line: new RegExp(`^227[ -].*?${NUMBERS}`, 'im') },
  { opener: 'server', line: /^EPRT +(.)1\1([\d.]+)\1(\d+)\1/im },
  { opener: 'client', line: /^229[ -].*?\((.)(?:1?\1([\d.]*))\1(\d+)\1\)/im },
] as const;

export function announcedIn(text: string): Announced | undefined {
  for (const { opener, line } of ANNOUNCEMENTS) {
    const [, first, second, third] = line.exec(text) ?? [];
    if (first === undefined) continue;
    const port = first.includes(',') ? Number(second) * 256 + Number(third) : Number(third);
    if (port < 1 || port > 0xffff) return undefined;
    return { opener, address: parseIpv4(first.includes(',') ? first.replaceAll(',', '.') : second!), port };
  }
  return undefined;
}
