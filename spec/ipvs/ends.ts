import type { Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { word } from '../wire/ipv4.ts';
import type { Ends } from './types.ts';

/** Both ports. */
const PORTS_BYTES = 4;

/** Between whom a packet goes, or what it follows; undefined where its protocol is none of IPVS's, or its ports cut. */
export function endsOf(net: Net, { header, payload }: Pick<Skb, 'header' | 'payload'>): Ends | undefined {
  const protocol = net.parts.ipvsProtocols[header.protocol];
  if (!protocol) return undefined;
  const { follows } = protocol;
  if (follows) {
    const { source, destination } = header;
    return {
      protocol: follows.protocol,
      ...{ source, sourcePort: follows.port, destination, destinationPort: follows.port },
    };
  }
  if (payload.length < PORTS_BYTES) return undefined;
  return {
    protocol: header.protocol,
    source: header.source,
    sourcePort: word(payload, 0),
    destination: header.destination,
    destinationPort: word(payload, 2),
  };
}

/** Whether the packet has ports but no whole header: its connection is found, and nothing else can be said of it. */
export function isCut(net: Net, { header, payload }: Skb): boolean {
  return payload.length < net.parts.ipvsProtocols[header.protocol]!.headerBytes;
}

/** The ends of a packet that would answer. */
export function reverse({ protocol, source, sourcePort, destination, destinationPort }: Ends): Ends {
  return {
    protocol,
    source: destination,
    sourcePort: destinationPort,
    destination: source,
    destinationPort: sourcePort,
  };
}
