import type { Mac } from '../../spec/wire/address.ts';
import { ETHERTYPE_IPV4, parseEthernet } from '../../spec/wire/ethernet.ts';
import { word } from '../../spec/wire/ipv4.ts';

/** What a captured frame's link header says, and what follows it. */
export interface LinkFrame {
  readonly etherType: number;
  readonly payload: Uint8Array;
  /** Where the header has both. */
  readonly macs?: { readonly source: Mac; readonly destination: Mac };
  /** As the capturing machine saw it; 'passing' is a frame for somebody else. */
  readonly way?: 'in' | 'out' | 'passing';
}

type Reader = (data: Uint8Array) => LinkFrame | undefined;

const raw: Reader = (data) =>
  (data[0] ?? 0) >> 4 === 4 ? { etherType: ETHERTYPE_IPV4, payload: data } : undefined;

const ethernet: Reader = (data) => {
  const header = parseEthernet(data);
  return (
    header && {
      ...behindTags(header.etherType, data.subarray(14)),
      macs: { source: header.source, destination: header.destination },
    }
  );
};

/** Packet types of Linux cooked captures (LINUX_SLL_…): for us, broadcast, multicast, for another, from us. */
const WAYS = ['in', 'in', 'in', 'passing', 'out'] as const;

const cooked1: Reader = (data) =>
  data.length < 16 ? undefined : cooked(word(data, 14), data.subarray(16), word(data, 0));

const cooked2: Reader = (data) =>
  data.length < 20 ? undefined : cooked(word(data, 0), data.subarray(20), data[10]!);

function cooked(etherType: number, payload: Uint8Array, packetType: number): LinkFrame {
  const way = WAYS[packetType];
  return { ...behindTags(etherType, payload), ...(way && { way }) };
}

/** Link types of libpcap that can be read. */
const READERS: ReadonlyMap<number, Reader> = new Map([
  [1, ethernet],
  [12, raw],
  [14, raw],
  [101, raw],
  [113, cooked1],
  [228, raw],
  [276, cooked2],
]);

export const LINK_TYPES = 'Ethernet, raw IP, Linux cooked v1 and v2';

export function isReadable(linktype: number): boolean {
  return READERS.has(linktype);
}

/** Undefined for a frame that is cut within its link header, or no IP where nothing else can be. */
export function readLink(linktype: number, data: Uint8Array): LinkFrame | undefined {
  return READERS.get(linktype)?.(data);
}

const VLAN_TAGS: readonly number[] = [0x8100, 0x88a8, 0x9100];

/** Tags of VLANs, also within each other, are passed over. */
function behindTags(etherType: number, payload: Uint8Array): Pick<LinkFrame, 'etherType' | 'payload'> {
  let [type, rest] = [etherType, payload];
  while (VLAN_TAGS.includes(type) && rest.length >= 4) [type, rest] = [word(rest, 2), rest.subarray(4)];
  return { etherType: type, payload: rest };
}
