import fc from 'fast-check';
import type { IpvsadmCommand } from '../../spec/config/commands.ts';
import {
  type Dest,
  isSameService,
  keyOf,
  type ServiceKey,
  settingsOf,
  type VirtualService,
} from '../../spec/config/services.ts';
import { realServer } from '../addresses.ts';
import { oneOf, percent, sometimes, weighted } from '../draws.ts';
import { encapsulation, serviceKey, settings, thresholds, weight } from '../services.ts';
import { forwardedBy, withOnePacket } from '../smaller/services.ts';
import type { AdminState } from './admin-state.ts';

type Intent = (now: AdminState, before: AdminState) => IpvsadmCommand | undefined;

/** Counts services and dests round. */
const index = fc.nat({ max: 11 });

function pick<T>(list: readonly T[], index: number): T | undefined {
  return list[index % list.length];
}

function sameName(one: Pick<Dest, 'address' | 'port'>, other: Pick<Dest, 'address' | 'port'>): boolean {
  return one.address === other.address && one.port === other.port;
}

/** A service that has dests, and one of them. */
function pickDest(
  { services }: AdminState,
  index: number,
): { readonly service: ServiceKey; readonly dest: Dest } | undefined {
  const all = services.flatMap((service) => service.dests.map((dest) => ({ service: keyOf(service), dest })));
  return pick(all, index);
}

/** Weight 0 for a dest that works, and back to work for one that rests. */
const quiesce: fc.Arbitrary<Intent> = index.map((index) => (now) => {
  const picked = pickDest(now, index);
  if (!picked) return undefined;
  const dest = { ...picked.dest, weight: picked.dest.weight === 0 ? 1 : 0 };
  return { tool: 'ipvsadm', op: 'edit-dest', service: picked.service, dest };
});

/** Only masquerading changes the port. */
function forwardOf(
  wanted: Dest['forward'],
  { port }: Pick<Dest, 'port'>,
  service: ServiceKey,
): Dest['forward'] {
  return port === service.port || service.protocol === 'fwm' ? wanted : 'masq';
}

const editDest: fc.Arbitrary<Intent> = fc
  .tuple(
    index,
    weight,
    weighted<Dest['forward'] | undefined>([6, undefined], [2, 'masq'], [2, 'droute'], [1, 'tunnel']),
    encapsulation,
  )
  .map(([index, weight, wanted, encapsulation]) => (now) => {
    const picked = pickDest(now, index);
    if (!picked) return undefined;
    const { service, dest } = picked;
    const forward = forwardOf(wanted ?? dest.forward, dest, service);
    const wrapped = wanted === 'tunnel' && encapsulation ? { ...dest, encapsulation } : dest;
    const edited = { ...forwardedBy(wrapped, forward), weight };
    return { tool: 'ipvsadm', op: 'edit-dest', service, dest: edited };
  });

/** From masquerading to something else, and back. */
export const moveDest: fc.Arbitrary<Intent> = fc
  .tuple(index, weighted<Dest['forward']>([3, 'droute'], [1, 'tunnel']))
  .map(([index, away]) => (now) => {
    const picked = pickDest(now, index);
    if (!picked) return undefined;
    const { service, dest } = picked;
    const forward = forwardOf(dest.forward === 'masq' ? away : 'masq', dest, service);
    return { tool: 'ipvsadm', op: 'edit-dest', service, dest: forwardedBy(dest, forward) };
  });

/** Also a lower threshold above the upper one, which the kernel refuses. */
const editThresholds: fc.Arbitrary<Intent> = fc
  .tuple(index, sometimes(85, thresholds), percent(5))
  .map(([index, thresholds, wrong]) => (now) => {
    const picked = pickDest(now, index);
    if (!picked) return undefined;
    const { upperThreshold: _upper, lowerThreshold: _lower, ...rest } = picked.dest;
    const dest = { ...rest, ...(wrong ? { upperThreshold: 1, lowerThreshold: 2 } : thresholds) };
    return { tool: 'ipvsadm', op: 'edit-dest', service: picked.service, dest };
  });

const deleteDest: fc.Arbitrary<Intent> = index.map((index) => (now) => {
  const picked = pickDest(now, index);
  if (!picked) return undefined;
  const { address, port } = picked.dest;
  return { tool: 'ipvsadm', op: 'delete-dest', service: picked.service, dest: { address, port } };
});

const newDest = fc.record({
  address: realServer,
  weight,
  forward: weighted<Dest['forward']>([6, 'masq'], [4, 'droute'], [1, 'tunnel']),
});

/** Mostly one that was there and was taken away; else a new one. */
const addDest: fc.Arbitrary<Intent> = fc
  .tuple(index, newDest, percent(70))
  .map(([index, fresh, back]) => (now, before) => {
    const service = pick(now.services, index);
    if (!service) return undefined;
    const missing = missingDests(service, before);
    const dest = (back && pick(missing, index)) || {
      ...fresh,
      port: service.port,
      forward: forwardOf(fresh.forward, service, service),
    };
    return { tool: 'ipvsadm', op: 'add-dest', service: keyOf(service), dest };
  });

function missingDests(service: VirtualService, before: AdminState): readonly Dest[] {
  const old = before.services.find((one) => isSameService(one, service));
  return (old?.dests ?? []).filter((dest) => !service.dests.some((one) => sameName(one, dest)));
}

const deleteService: fc.Arbitrary<Intent> = index.map((index) => ({ services }) => {
  const service = pick(services, index);
  return service && { tool: 'ipvsadm', op: 'delete-service', service: keyOf(service) };
});

const addService: fc.Arbitrary<Intent> = fc
  .tuple(
    index,
    serviceKey({ udpServices: 20, sctpServices: 5, markServices: 10, isakmp: 2 }),
    settings({ persistence: 20, locality: 0, hashing: 0, twos: 0 }),
    percent(70),
  )
  .map(([index, fresh, settings, back]) => ({ services }, before) => {
    const missing = before.services.filter((old) => !services.some((one) => isSameService(one, old)));
    const old = back ? pick(missing, index) : undefined;
    const service = old ? keyOf(old) : fresh;
    const said = settingsOf(old ?? settings);
    return { tool: 'ipvsadm', op: 'add-service', service, ...withOnePacket(said, service) };
  });

const editService: fc.Arbitrary<Intent> = fc
  .tuple(index, settings({ persistence: 30, locality: 0, hashing: 0, twos: 0 }))
  .map(([index, settings]) => ({ services }) => {
    const service = pick(services, index);
    if (!service) return undefined;
    // ipvsadm refuses to make a service for all ports one that is not persistent.
    const kept =
      service.protocol !== 'fwm' && service.port === 0 && service.persistence
        ? { persistence: service.persistence }
        : {};
    const said = withOnePacket({ ...kept, ...settings }, service);
    return { tool: 'ipvsadm', op: 'edit-service', service: keyOf(service), ...said };
  });

const seconds = fc.constantFrom(0, 2, 5, 30, 60, 120, 300, 1000);

const setTimeouts: fc.Arbitrary<Intent> = fc
  .record({ tcp: seconds, tcpFin: seconds, udp: seconds })
  .map((timeouts) => () => ({ tool: 'ipvsadm', op: 'set-timeouts', ...timeouts }));

/** Of all services, or of one. */
const zero: fc.Arbitrary<Intent> = fc.tuple(index, fc.boolean()).map(([index, one]) => ({ services }) => {
  const service = one ? pick(services, index) : undefined;
  return { tool: 'ipvsadm', op: 'zero', ...(service && { service: keyOf(service) }) };
});

export const ipvsadmIntent: fc.Arbitrary<Intent> = oneOf<Intent>(
  [6, quiesce],
  [3, editDest],
  [3, editThresholds],
  [5, deleteDest],
  [6, addDest],
  [2, deleteService],
  [3, addService],
  [2, editService],
  [2, setTimeouts],
  [1, zero],
);
