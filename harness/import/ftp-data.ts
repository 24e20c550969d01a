import type { VirtualService } from '../../spec/config/services.ts';
import type { Classified, Classifier, Reachable } from './classify.ts';
import { announcedIn, isControl } from './ftp-control.ts';
import type { CapturedPacket } from './packet.ts';
import { SpokenLines } from './spoken-lines.ts';

/**
 * Where FTP's data connections can be reached, each once: what was announced on control connections is the real
 * server's port, and the same one of the virtual address; what a server opens comes from the port below that of its
 * control connection.
 */
export function dataReachable(
  packets: readonly CapturedPacket[],
  classifier: Classifier,
  reachable: readonly Reachable[],
): Reachable[] {
  const found = new Map<string, Reachable>();
  const lines = new SpokenLines();
  for (const packet of packets) {
    const text = lines.in(packet);
    const announced = text === undefined ? undefined : announcedIn(text);
    const seen = announced && classifier.classify(packet);
    if (!announced || !seen || seen.error) continue;
    const { opener, port, address = packet.source } = announced;
    // Nobody announces for himself.
    if (opener === seen.from) continue;
    for (const place of placesOf(seen, reachable)) {
      // A third machine's connections do not come by.
      if (![packet.source, place.address].includes(address)) continue;
      const places =
        opener === 'client'
          ? { virtual: port, real: () => port }
          : { virtual: (place.port || seen.far.port) - 1, real: (own: number) => (own || seen.far.port) - 1 };
      const key = `${opener} ${place.address}:${places.virtual}`;
      if (!found.has(key))
        found.set(key, {
          ...{ protocol: 'tcp', address: place.address, port: places.virtual },
          service: withPorts(place.service, places.real),
          data: { opener, control: place.service },
        });
    }
  }
  return [...found.values()];
}

/** Control connections of which a line may be: of one service, or of all that have the real server. */
function placesOf(
  { far, service }: Classified,
  reachable: readonly Reachable[],
): Pick<Reachable, 'address' | 'port' | 'service'>[] {
  if (far.kind === 'virtual') return isControl(far) ? [{ ...far, service }] : [];
  // A server without a port of its own gets the port that the client called.
  const having = reachable.filter((one) =>
    one.service.dests.some(
      ({ address, port }) =>
        address === far.address && [0, far.port].includes(port) && [0, far.port].includes(port || one.port),
    ),
  );
  return having.filter((place) => isControl(far) || isControl(place));
}

function withPorts(service: VirtualService, real: (own: number) => number): VirtualService {
  return { ...service, dests: service.dests.map((dest) => ({ ...dest, port: real(dest.port) })) };
}
