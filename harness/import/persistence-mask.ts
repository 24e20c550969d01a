import type { VirtualService } from '../../spec/config/services.ts';
import { formatIpv4, type Ipv4, prefixMask } from '../../spec/wire/address.ts';
import { addressOf, type Casting } from './casting.ts';

/** Those that a real director has first; then whichever bits of the cast's addresses tell the same clients apart. */
const CANDIDATES: readonly Ipv4[] = [
  ...Array.from({ length: 33 }, (_, less) => prefixMask(32 - less)),
  ...Array.from({ length: 256 }, (_, bits) => (0xffffff00 | bits) >>> 0),
];

/**
 * A mask that takes those of the cast for one client whom the service's mask takes for one; undefined where none does, since
 * the cast's clients are neighbours.
 */
export function maskHere(mask: Ipv4, clients: readonly Ipv4[], casting: Casting): Ipv4 | undefined {
  const ends = clients.map((was) => ({ was, is: addressOf(casting, was) }));
  const fits = (candidate: Ipv4) =>
    ends.every((one) =>
      ends.every((other) => areOne(one.was, other.was, mask) === areOne(one.is, other.is, candidate)),
    );
  return [mask, ...CANDIDATES].find(fits);
}

const areOne = (one: Ipv4, other: Ipv4, mask: Ipv4): boolean => ((one ^ other) & mask) === 0;

/** The service with such a mask, or as it was. */
export function withMaskHere(
  service: VirtualService,
  clients: readonly Ipv4[],
  casting: Casting,
): VirtualService {
  const { persistence } = service;
  if (!persistence) return service;
  const netmask = maskHere(persistence.netmask, clients, casting) ?? persistence.netmask;
  return { ...service, persistence: { ...persistence, netmask } };
}

/** Of networks that the cast cannot have. */
export function maskNotes(
  services: readonly VirtualService[],
  clients: readonly Ipv4[],
  casting: Casting,
): string[] {
  const masks = services.flatMap(({ persistence }) => persistence?.netmask ?? []);
  return [...new Set(masks)]
    .filter((mask) => maskHere(mask, clients, casting) === undefined)
    .map(
      (mask) =>
        `persistence by networks (${formatIpv4(mask)}) takes other clients for one in the scenario than on your director: name the flows that matter with --client ADDRESS:PORT`,
    );
}
