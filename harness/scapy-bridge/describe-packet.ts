import { formatIpv4, type Mac } from '../../spec/wire/address.ts';
import { hexBytes } from '../../spec/wire/dissect.ts';
import { ETHERNET_HEADER_BYTES, ETHERTYPE_IPV4, parseEthernet } from '../../spec/wire/ethernet.ts';
import { GRE_CHECKSUM, greHeaderBytes, parseGre } from '../../spec/wire/gre.ts';
import { GUE_HEADER_BYTES, gueInner } from '../../spec/wire/gue.ts';
import { parseIcmp } from '../../spec/wire/icmp.ts';
import {
  type Ipv4Packet,
  PROTOCOL_GRE,
  PROTOCOL_ICMP,
  PROTOCOL_IPIP,
  PROTOCOL_SCTP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  parseIpv4Packet,
  word,
} from '../../spec/wire/ipv4.ts';
import { SCTP_HEADER_BYTES, verificationTag } from '../../spec/wire/sctp.ts';
import { readChunks, type WholeChunk } from '../../spec/wire/sctp-chunks.ts';
import { parseTcp, type TcpOption, type TcpSegment } from '../../spec/wire/tcp.ts';
import { parseUdp } from '../../spec/wire/udp.ts';

/**
 * What `spec/wire` read out of a frame, without lengths and checksums: enough to put the frame together again.
 * Undefined for what is no IPv4, or has IP options, which no scenario sends.
 */
export function describePacket(frame: Uint8Array): object | undefined {
  const eth = parseEthernet(frame);
  const packet = parseIpv4Packet(frame, ETHERNET_HEADER_BYTES);
  if (eth?.etherType !== ETHERTYPE_IPV4 || !packet || packet.header.options.length > 0) return undefined;
  return { eth: { dst: colons(eth.destination), src: colons(eth.source) }, ...describeIpv4(packet) };
}

function describeIpv4(packet: Ipv4Packet): object {
  const { header } = packet;
  return {
    ip: {
      tos: header.tos,
      id: header.id,
      flags: (header.dontFragment ? 2 : 0) | (header.moreFragments ? 1 : 0),
      frag: header.fragmentOffset,
      ttl: header.ttl,
      proto: header.protocol,
      src: formatIpv4(header.source),
      dst: formatIpv4(header.destination),
    },
    ...describePayload(packet),
  };
}

function describePayload({ header, payload }: Ipv4Packet): object {
  const raw = { kind: 'raw', payload: hexBytes(payload) };
  // A fragment's checksum is that of the whole datagram.
  if (header.moreFragments || header.fragmentOffset > 0) return raw;
  if (header.protocol === PROTOCOL_TCP) return describeTcp(parseTcp(payload)) ?? raw;
  if (header.protocol === PROTOCOL_UDP) return describeUdp(payload) ?? raw;
  if (header.protocol === PROTOCOL_SCTP) return describeSctp(payload) ?? raw;
  if (header.protocol === PROTOCOL_IPIP) return describeInner(payload, { kind: 'ipip' }) ?? raw;
  if (header.protocol === PROTOCOL_GRE) return describeGre(payload) ?? raw;
  return header.protocol === PROTOCOL_ICMP ? (describeIcmp(payload) ?? raw) : raw;
}

/** What is wrapped, if a packet fills the tunnel's: its length would be another otherwise. */
function describeInner(bytes: Uint8Array, tunnel: object): object | undefined {
  const inner = parseIpv4Packet(bytes, 0);
  const isWhole = inner && inner.header.options.length === 0 && length(inner) === bytes.length;
  return isWhole ? { ...tunnel, inner: describeIpv4(inner) } : undefined;
}

const length = ({ payload }: Ipv4Packet): number => 20 + payload.length;

/** Without keys and numbers, which no tunnel of IPVS has. */
function describeGre(bytes: Uint8Array): object | undefined {
  const gre = parseGre(bytes);
  if (gre?.protocol !== ETHERTYPE_IPV4 || (gre.flags & ~GRE_CHECKSUM) !== 0) return undefined;
  const checksum = gre.flags === GRE_CHECKSUM;
  return describeInner(bytes.subarray(greHeaderBytes(gre.flags)), { kind: 'gre', gre: { checksum } });
}

function describeTcp(segment: TcpSegment | undefined): object | undefined {
  if (!segment) return undefined;
  const { sourcePort, destinationPort, seq, ack, flags, window, urgent, options } = segment.header;
  return {
    kind: 'tcp',
    tcp: {
      ...{ sport: sourcePort, dport: destinationPort, seq, ack, flags, window, urgent },
      options: options.map(describeOption),
    },
    payload: hexBytes(segment.payload),
  };
}

/** A name and its values. */
function describeOption(option: TcpOption): [string, (number | string)[]] {
  switch (option.kind) {
    case 'mss':
      return ['mss', [option.value]];
    case 'wscale':
      return ['wscale', [option.shift]];
    case 'sack':
      return ['sack', option.blocks.flat()];
    case 'timestamp':
      return ['timestamp', [option.value, option.echo]];
    case 'unknown':
      return ['unknown', [option.number, hexBytes(option.bytes)]];
    default:
      return [option.kind, []];
  }
}

function describeUdp(bytes: Uint8Array): object | undefined {
  const datagram = parseUdp(bytes);
  if (!datagram) return undefined;
  const { sourcePort, destinationPort, checksum, payload } = datagram;
  const udp = { sport: sourcePort, dport: destinationPort, checksum: checksum !== 0 };
  return describeGue(payload, udp) ?? { kind: 'udp', udp, payload: hexBytes(payload) };
}

function describeGue(bytes: Uint8Array, udp: object): object | undefined {
  const inner = gueInner(bytes);
  if (!inner) return undefined;
  const options = bytes.subarray(GUE_HEADER_BYTES, bytes.length - inner.length);
  const gue = { flags: word(bytes, 2), options: hexBytes(options) };
  return describeInner(inner, { kind: 'gue', udp, gue });
}

function describeSctp(bytes: Uint8Array): object | undefined {
  if (bytes.length < SCTP_HEADER_BYTES) return undefined;
  const { chunks, rest } = readChunks(bytes);
  return {
    kind: 'sctp',
    sctp: {
      ...{ sport: word(bytes, 0), dport: word(bytes, 2), tag: verificationTag(bytes) },
      chunks: chunks.map(describeChunk),
    },
    payload: hexBytes(rest),
  };
}

/** Without its length. */
function describeChunk({ name, flags, numbers, rest }: WholeChunk): object {
  const bytes = rest && { [rest[0]]: hexBytes(rest[1]) };
  return { type: name, flags, numbers: Object.fromEntries(numbers), bytes: bytes ?? {} };
}

function describeIcmp(bytes: Uint8Array): object | undefined {
  const message = parseIcmp(bytes);
  if (!message) return undefined;
  const { type, code, info, body } = message;
  const rest = info.toString(16).padStart(8, '0');
  return { kind: 'icmp', icmp: { type, code, rest }, payload: hexBytes(body) };
}

function colons(mac: Mac): string {
  return mac.replace(/..(?=.)/g, '$&:');
}
