import { formatIpv4 } from './address.ts';
import { ETHERNET_HEADER_BYTES, ETHERTYPE_IPV4, parseEthernet } from './ethernet.ts';
import { GRE_CHECKSUM, greHeaderBytes } from './gre.ts';
import { GUE_HEADER_BYTES, gueInner } from './gue.ts';
import {
  long,
  PROTOCOL_GRE,
  PROTOCOL_ICMP,
  PROTOCOL_IPIP,
  PROTOCOL_SCTP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  word,
} from './ipv4.ts';
import { readChunks, type WholeChunk } from './sctp-chunks.ts';
import { FLAG_NAMES, parseTcp, type TcpOption } from './tcp.ts';
import { parseUdp } from './udp.ts';

/** One header field of a frame as a reader sees it. Names are those of packet analysers: `tcp.sport`. */
export interface Field {
  readonly name: string;
  readonly value: string;
}

/**
 * The fields of an Ethernet frame, outermost header first. Takes any bytes: what is cut off or unknown ends
 * the list with a field of raw bytes, so two frames that differ always differ in a field.
 */
export function dissect(frame: Uint8Array): Field[] {
  const header = parseEthernet(frame);
  const payload = frame.subarray(ETHERNET_HEADER_BYTES);
  if (!header) return [raw('eth.bytes', frame)];
  const ethernet = [
    { name: 'eth.dst', value: macText(header.destination) },
    { name: 'eth.src', value: macText(header.source) },
    { name: 'eth.type', value: hex(header.etherType, 4) },
  ];
  const rest = header.etherType === ETHERTYPE_IPV4 ? ipv4Fields(payload, '') : [raw('eth.payload', payload)];
  return [...ethernet, ...rest];
}

/** `10.0.0.2:1025 > 10.0.0.100:80 [S] seq 0 ack 0 win 64240 len 0`, or what can be said of another frame. */
export function summarise(frame: Uint8Array): string {
  const fields = new Map(dissect(frame).map(({ name, value }) => [name, value]));
  const get = (name: string) => fields.get(name) ?? '?';
  const ends = (from: string, to: string) => `${get('ipv4.src')}${from} > ${get('ipv4.dst')}${to}`;
  if (fields.has('tcp.seq'))
    return `${ends(`:${get('tcp.sport')}`, `:${get('tcp.dport')}`)} [${get('tcp.flags')}] seq ${get('tcp.seq')} ack ${get('tcp.ack')} win ${get('tcp.window')} ttl ${get('ipv4.ttl')} len ${(fields.get('tcp.payload') ?? '0').split(' ')[0]}`;
  if (fields.has('udp.length'))
    return `${ends(`:${get('udp.sport')}`, `:${get('udp.dport')}`)} UDP ttl ${get('ipv4.ttl')} length ${get('udp.length')}`;
  if (fields.has('sctp.tag'))
    return `${ends(`:${get('sctp.sport')}`, `:${get('sctp.dport')}`)} SCTP ttl ${get('ipv4.ttl')} tag ${get('sctp.tag')}`;
  if (fields.has('icmp.type'))
    return `${ends('', '')} ICMP type ${get('icmp.type')} code ${get('icmp.code')} ttl ${get('ipv4.ttl')}`;
  if (fields.has('inner.ipv4.src'))
    return `${ends('', '')} tunnel of ${get('inner.ipv4.src')} > ${get('inner.ipv4.dst')} ttl ${get('ipv4.ttl')}`;
  if (fields.has('ipv4.src')) return `${ends('', '')} protocol ${get('ipv4.protocol')}`;
  return `${frame.length} bytes of type ${get('eth.type')}`;
}

function ipv4Fields(bytes: Uint8Array, prefix: string): Field[] {
  const headerBytes = ((bytes[0] ?? 0) % 16) * 4;
  if (bytes.length < 20 || bytes.length < headerBytes) return [raw(`${prefix}ipv4.bytes`, bytes)];
  const fragment = word(bytes, 6);
  const fields = {
    version: bytes[0]! >> 4,
    headerLength: headerBytes,
    tos: hex(bytes[1]!, 2),
    length: word(bytes, 2),
    id: word(bytes, 4),
    flags: hex(fragment >> 13, 1),
    offset: (fragment & 0x1fff) * 8,
    ttl: bytes[8]!,
    protocol: bytes[9]!,
    checksum: hex(word(bytes, 10), 4),
    src: formatIpv4(long(bytes, 12)),
    dst: formatIpv4(long(bytes, 16)),
    ...(headerBytes > 20 ? { options: hexBytes(bytes.subarray(20, headerBytes)) } : {}),
  };
  const payload = bytes.subarray(headerBytes);
  return [
    ...named(`${prefix}ipv4`, fields),
    ...transportFields(bytes[9]!, fragment & 0x1fff, payload, prefix),
  ];
}

function transportFields(protocol: number, offset: number, payload: Uint8Array, prefix: string): Field[] {
  if (offset === 0 && protocol === PROTOCOL_TCP) return tcpFields(payload, prefix);
  if (offset === 0 && protocol === PROTOCOL_UDP && payload.length >= 8) return udpFields(payload, prefix);
  if (offset === 0 && protocol === PROTOCOL_SCTP && payload.length >= 12) return sctpFields(payload, prefix);
  if (offset === 0 && protocol === PROTOCOL_ICMP && payload.length >= 8) return icmpFields(payload, prefix);
  if (offset === 0 && protocol === PROTOCOL_IPIP && payload.length > 0)
    return ipv4Fields(payload, `${prefix}inner.`);
  if (offset === 0 && protocol === PROTOCOL_GRE && payload.length >= 8) return greFields(payload, prefix);
  return [raw(`${prefix}ipv4.payload`, payload)];
}

function greFields(bytes: Uint8Array, prefix: string): Field[] {
  const [flags, protocol] = [word(bytes, 0), word(bytes, 2)];
  // Keys and numbers, which no tunnel of IPVS has, count as what follows.
  const headerBytes = greHeaderBytes(flags & GRE_CHECKSUM);
  const fields = {
    flags: hex(flags, 4),
    protocol: hex(protocol, 4),
    ...(flags & GRE_CHECKSUM ? { checksum: hex(word(bytes, 4), 4), reserved: hex(word(bytes, 6), 4) } : {}),
  };
  const inner = bytes.subarray(headerBytes);
  return [
    ...named(`${prefix}gre`, fields),
    ...(protocol === ETHERTYPE_IPV4
      ? ipv4Fields(inner, `${prefix}inner.`)
      : [raw(`${prefix}gre.payload`, inner)]),
  ];
}

function tcpFields(bytes: Uint8Array, prefix: string): Field[] {
  const segment = parseTcp(bytes);
  if (!segment) return portFields(bytes, prefix);
  const { header, payload } = segment;
  const fields = {
    sport: header.sourcePort,
    dport: header.destinationPort,
    seq: header.seq,
    ack: header.ack,
    headerLength: (bytes[12]! >> 4) * 4,
    reserved: bytes[12]! & 15,
    flags: flagText(header.flags),
    window: header.window,
    checksum: hex(header.checksum, 4),
    urgent: header.urgent,
    options: header.options.length === 0 ? 'none' : header.options.map(optionText).join(','),
  };
  return [...named(`${prefix}tcp`, fields), raw(`${prefix}tcp.payload`, payload)];
}

/** A quoted segment is often cut after eight bytes: ports and sequence number are all there is. */
function portFields(bytes: Uint8Array, prefix: string): Field[] {
  if (bytes.length < 8) return [raw(`${prefix}tcp.bytes`, bytes)];
  const fields = { sport: word(bytes, 0), dport: word(bytes, 2), quotedSeq: long(bytes, 4) };
  return [...named(`${prefix}tcp`, fields), raw(`${prefix}tcp.rest`, bytes.subarray(8))];
}

function udpFields(bytes: Uint8Array, prefix: string): Field[] {
  const { sourcePort, destinationPort, length, checksum, payload } = parseUdp(bytes)!;
  const fields = { sport: sourcePort, dport: destinationPort, length, checksum: hex(checksum, 4) };
  const inner = gueInner(payload);
  return [
    ...named(`${prefix}udp`, fields),
    ...(inner ? gueFields(payload, inner, prefix) : [raw(`${prefix}udp.payload`, payload)]),
  ];
}

function gueFields(bytes: Uint8Array, inner: Uint8Array, prefix: string): Field[] {
  const headerBytes = bytes.length - inner.length;
  const options = bytes.subarray(GUE_HEADER_BYTES, headerBytes);
  const fields = { headerLength: headerBytes, protocol: bytes[1]!, flags: hex(word(bytes, 2), 4) };
  return [
    ...named(`${prefix}gue`, fields),
    ...(options.length > 0 ? [raw(`${prefix}gue.options`, options)] : []),
    ...ipv4Fields(inner, `${prefix}inner.`),
  ];
}

function sctpFields(bytes: Uint8Array, prefix: string): Field[] {
  const fields = {
    sport: word(bytes, 0),
    dport: word(bytes, 2),
    tag: long(bytes, 4),
    checksum: hex(long(bytes, 8), 8),
  };
  const { chunks, rest } = readChunks(bytes);
  return [
    ...named(`${prefix}sctp`, fields),
    ...chunks.flatMap((chunk, index) => chunkFields(chunk, `${prefix}sctp.chunk${index + 1}`)),
    ...(rest.length > 0 ? [raw(`${prefix}sctp.rest`, rest)] : []),
  ];
}

function chunkFields({ name, flags, length, numbers, rest }: WholeChunk, layer: string): Field[] {
  return [
    ...named(layer, { type: name, flags: hex(flags, 2), length, ...Object.fromEntries(numbers) }),
    ...(rest ? [raw(`${layer}.${rest[0]}`, rest[1])] : []),
  ];
}

function icmpFields(bytes: Uint8Array, prefix: string): Field[] {
  const type = bytes[0]!;
  const fields = {
    type,
    code: bytes[1]!,
    checksum: hex(word(bytes, 2), 4),
    rest: hexBytes(bytes.subarray(4, 8)),
  };
  const quoted = bytes.subarray(8);
  const isError = [3, 4, 5, 11, 12].includes(type);
  return [
    ...named(`${prefix}icmp`, fields),
    ...(isError ? ipv4Fields(quoted, `${prefix}icmp.quoted.`) : [raw(`${prefix}icmp.payload`, quoted)]),
  ];
}

function named(layer: string, fields: Readonly<Record<string, string | number>>): Field[] {
  return Object.entries(fields).map(([name, value]) => ({ name: `${layer}.${name}`, value: String(value) }));
}

/** First the length, so that a reader need not count. */
function raw(name: string, bytes: Uint8Array): Field {
  return { name, value: bytes.length === 0 ? '0 bytes' : `${bytes.length} bytes ${hexBytes(bytes)}` };
}

const FLAG_LETTERS = ['F', 'S', 'R', 'P', '.', 'U', 'E', 'W'];

function flagText(flags: number): string {
  return FLAG_NAMES.map((_, bit) => (flags & (1 << bit) ? FLAG_LETTERS[bit] : '')).join('') || 'none';
}

function optionText(option: TcpOption): string {
  switch (option.kind) {
    case 'mss':
      return `mss ${option.value}`;
    case 'wscale':
      return `wscale ${option.shift}`;
    case 'sack':
      return `sack ${option.blocks.map(([from, to]) => `${from}:${to}`).join(' ')}`;
    case 'timestamp':
      return `timestamp ${option.value} echo ${option.echo}`;
    case 'unknown':
      return `option-${option.number} ${hexBytes(option.bytes)}`;
    default:
      return option.kind;
  }
}

function macText(mac: string): string {
  return mac.replace(/..(?=.)/g, '$&:');
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

export function hexBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
