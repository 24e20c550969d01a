import type { VirtualService } from '../../spec/config/services.ts';
import type { Classifier, Reachable } from './classify.ts';
import { announcedIn, isControl, textIn } from './ftp-control.ts';
import type { CapturedPacket } from './packet.ts';

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
  for (const packet of packets) {
    const text = textIn(packet);
    const announced = text === undefined ? undefined : announcedIn(text);
    const seen = announced && classifier.classify(packet);
    if (!announced || !seen || seen.error) continue;
    const { far, service } = seen;
    const place = far.kind === 'virtual' ? far : reachable.find((one) => one.service === service);
    if (!place || !(isControl(far) || isControl(place))) continue;
    const { opener, port, address = packet.source } = announced;
    // Nobody announces for himself, and a third machine's connections do not come by.
    if (opener === seen.from || ![packet.source, place.address].includes(address)) continue;
    const places =
      opener === 'client'
        ? { virtual: port, real: () => port }
        : { virtual: (place.port || far.port) - 1, real: (own: number) => (own || far.port) - 1 };
    const key = `${opener} ${place.address}:${places.virtual}`;
    if (!found.has(key))
      found.set(key, {
        ...{ protocol: 'tcp', address: place.address, port: places.virtual },
        service: withPorts(service, places.real),
        data: { opener, control: service },
      });
  }
  return [...found.values()];
}

function withPorts(service: VirtualService, real: (own: number) => number): VirtualService {
  return { ...service, dests: service.dests.map((dest) => ({ ...dest, port: real(dest.port) })) };
}
