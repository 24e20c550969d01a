import type { Ipv4, Mac } from '../../spec/wire/address.ts';
import { ETHERTYPE_ARP } from '../../spec/wire/arp.ts';
import { ETHERTYPE_IPV4 } from '../../spec/wire/ethernet.ts';
import { long, word } from '../../spec/wire/ipv4.ts';
import { InputError } from '../errors.ts';
import type { ScapyBridge } from '../scapy-bridge/bridge.ts';
import type { CapturedFrame } from '../scapy-bridge/messages.ts';
import { readCapture } from '../scapy-bridge/read-capture.ts';
import { isReadable, LINK_TYPES, type LinkFrame, readLink } from './link-layer.ts';
import { type CapturedPacket, readPacket } from './packet.ts';
import type { Places } from './places.ts';
import { unwrappedBy } from './tunnels.ts';

/** Frames that are held in memory at most. */
const MOST_FRAMES = 100_000;

/** What a capture shows: packets of the hosts that matter, and whose addresses belong to which cards. */
export interface Frames {
  readonly packets: readonly CapturedPacket[];
  /** What ARP said; by MAC. */
  readonly owners: ReadonlyMap<Mac, Ipv4>;
  /** Who asked by ARP, and when in microseconds. */
  readonly asked: readonly Asked[];
  /** The file ends in the middle of a frame. */
  readonly cut: boolean;
}

export interface Asked {
  readonly at: number;
  readonly by: Ipv4;
}

/** Of whose packets frames are kept. */
export interface Concerned extends Places {
  readonly guePorts: ReadonlySet<number>;
}

/** The packets from or to these addresses, errors that quote some, and what rules made of them. */
export async function readFrames(
  bridge: ScapyBridge,
  path: string,
  { guePorts, ...places }: Concerned,
): Promise<Frames> {
  const packets: CapturedPacket[] = [];
  const owners = new Map<Mac, Ipv4>();
  const asked: Asked[] = [];
  const latest = new Map<string, CapturedPacket>();
  const wanted = new Set([...places.virtual, ...places.real]);
  let number = 0;
  const keep = (frame: CapturedFrame): boolean => {
    number += 1;
    if (!isReadable(frame.linktype))
      throw new InputError(`frames of link type ${frame.linktype} are not read; allowed: ${LINK_TYPES}`);
    const data = Uint8Array.from(Buffer.from(frame.data, 'hex'));
    const link = readLink(frame.linktype, data);
    if (link?.etherType === ETHERTYPE_ARP) {
      noteOwner(owners, link.payload);
      const by = askerIn(link.payload);
      if (by !== undefined) asked.push({ at: Number(frame.microseconds), by });
    }
    const packet = link && ipv4Of(link, { frame, number, guePorts });
    if (!packet) return false;
    const layers = packet.outer ? [packet, packet.outer] : [packet];
    const isKept = layers.map((one) => {
      const before = latest.get(imageKey(one));
      const isTranslated = before !== undefined && one.at - before.at <= TRANSLATED_MICROSECONDS;
      // Rules sent it to somebody who may answer. Without an identification nobody knows that it is the same.
      if (isTranslated && one.id !== 0 && wanted.has(before.destination)) wanted.add(one.destination);
      return isTranslated || concerns(one, wanted);
    });
    if (!isKept.includes(true)) return false;
    for (const one of layers) latest.set(imageKey(one), one);
    packets.push(packet);
    return true;
  };
  const { cut } = await readCapture(bridge, path, { keep, most: MOST_FRAMES });
  return { packets: unwrappedBy(packets, places), owners, asked, cut };
}

function ipv4Of(
  link: LinkFrame,
  { frame, number, guePorts }: { frame: CapturedFrame; number: number; guePorts: ReadonlySet<number> },
): CapturedPacket | undefined {
  if (link.etherType !== ETHERTYPE_IPV4) return undefined;
  const where = {
    ...{ number, at: Number(frame.microseconds), device: frame.interface },
    ...{ way: link.way ?? frame.direction ?? undefined, macs: link.macs },
  };
  return readPacket(link.payload, where, guePorts);
}

/** A packet that rules gave other addresses leaves within this time. */
const TRANSLATED_MICROSECONDS = 2_000_000;

/** What no translation changes. */
function imageKey({ protocol, id, offset }: CapturedPacket): string {
  return `${protocol} ${id} ${offset}`;
}

const PROTOCOL_ICMP = 1;
const ARP_REQUEST = 1;

function concerns(
  { source, destination, protocol, body }: CapturedPacket,
  addresses: ReadonlySet<Ipv4>,
): boolean {
  if (addresses.has(source) || addresses.has(destination)) return true;
  const quotes = protocol === PROTOCOL_ICMP && body.length >= 28;
  return quotes && (addresses.has(long(body, 20)) || addresses.has(long(body, 24)));
}

/** Whoever asks or answers by ARP says who it is. */
function noteOwner(owners: Map<Mac, Ipv4>, arp: Uint8Array): void {
  if (arp.length < 28) return;
  const mac = Buffer.from(arp.subarray(8, 14)).toString('hex');
  owners.set(mac, long(arp, 14));
}

function askerIn(arp: Uint8Array): Ipv4 | undefined {
  return arp.length >= 28 && word(arp, 6) === ARP_REQUEST ? long(arp, 14) : undefined;
}
