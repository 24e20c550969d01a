import type { VirtualService } from '../../spec/config/services.ts';
import type { Endpoint } from '../../spec/scenario.ts';
import { setWord } from '../../spec/wire/ipv4.ts';
import { isImage } from './cause.ts';
import type { Classified, Classifier, Reachable } from './classify.ts';
import { type CapturedPacket, hasPorts } from './packet.ts';

/**
 * A capture of the real servers' side with what must have come in before: each client's packet that was sent on, as the
 * client sent it to the service. What the director kept to itself nobody knows.
 */
export function withClients(
  packets: readonly CapturedPacket[],
  classifier: Classifier,
  reachable: readonly Reachable[],
): CapturedPacket[] {
  return packets.flatMap((packet): CapturedPacket[] => {
    const whose = classifier.classify(packet);
    if (!whose || whose.error) return [];
    if (whose.from === 'server') return whose.far.kind === 'real' ? [{ ...packet, way: 'in' }] : [];
    return [asSent(packet, virtualOf(whose, reachable)), { ...packet, way: 'out' }];
  });
}

/** A packet of the clients' side, where a capture has some: it is not of the real servers' side alone. */
export function fromClientSide(
  packets: readonly CapturedPacket[],
  classifier: Classifier,
): CapturedPacket | undefined {
  const earlier = new Map<number, CapturedPacket[]>();
  return packets.find((packet) => {
    const whose = packet.outer === undefined ? classifier.classify(packet) : undefined;
    if (!whose || whose.error || whose.far.kind === 'real') return false;
    const routes = whose.service.dests.some(({ forward }) => forward === 'droute');
    if (!routes) return true;
    if (whose.from === 'server') return false;
    // Direct routing leaves the address as it was: on both sides there are two of each packet.
    const same = earlier.get(packet.id) ?? [];
    earlier.set(packet.id, [...same, packet]);
    return same.some((one) => isImage(one, packet) && one.ttl !== packet.ttl);
  });
}

/** The service's own address and port; where it has none of its own, those by which it can be reached. */
function virtualOf({ far, service }: Classified, reachable: readonly Reachable[]): Endpoint {
  if (far.kind === 'virtual') return far;
  const place = reachable.find((one) => one.service === service)!;
  return { address: place.address, port: place.port || far.port };
}

function asSent({ outer: _, ...packet }: CapturedPacket, { address, port }: Endpoint): CapturedPacket {
  const body = packet.body.slice();
  if (packet.offset === 0 && hasPorts(packet)) setWord(body, 2, port);
  return { ...packet, way: 'in', destination: address, ttl: packet.ttl + 1, body };
}

/** Real servers whose packets could be those of several services. */
export function sharedServers(services: readonly VirtualService[]): VirtualService['dests'] {
  const all = services.flatMap(({ protocol, dests }) => dests.map((dest) => ({ protocol, ...dest })));
  return all.filter((dest, index) =>
    all.some(
      (other, at) =>
        at < index &&
        other.protocol === dest.protocol &&
        other.address === dest.address &&
        other.port === dest.port,
    ),
  );
}
