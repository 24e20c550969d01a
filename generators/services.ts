import fc from 'fast-check';
import {
  type AddressKey,
  byMark,
  type Dest,
  type Encapsulation,
  type ForwardMethod,
  isSameService,
  keepsPort,
  type Persistence,
  SCHEDULER_FLAGS,
  type SchedulerName,
  type ServiceKey,
  type ServiceSettings,
  type VirtualService,
} from '../spec/config/services.ts';
import type { Ipv4 } from '../spec/wire/address.ts';
import {
  ISAKMP_PORT,
  NEIGHBOURS,
  OWN,
  REAL_SERVERS,
  realServer,
  servicePort,
  VIPS,
  vip,
} from './addresses.ts';
import type { ScenarioBias } from './bias.ts';
import { oneOf, percent, sometimes, upTo, weighted } from './draws.ts';
import { shrinkingBy } from './shrinking-by.ts';
import type { Size } from './sizes.ts';
import { smallerServices, withFlags, withOnePacket } from './smaller/services.ts';

/**
 * What a dest weighs: mostly little, sometimes as much as one side of an overflow. 256 and 257 are what wlc counts
 * an active connection for, in kernels of different ages.
 */
export const weight: fc.Arbitrary<number> = weighted(
  [10, 1],
  [4, 2],
  [3, 3],
  [2, 4],
  [2, 0],
  [1, 256],
  [1, 257],
  [1, 65535],
);

/** Mostly those that everybody uses, and those whose choice needs arithmetic. */
const scheduler: fc.Arbitrary<SchedulerName> = weighted<SchedulerName>(
  ...([
    [5, 'rr'],
    [5, 'wrr'],
    [4, 'lc'],
    [5, 'wlc'],
  ] as const),
  ...([
    [2, 'sed'],
    [2, 'nq'],
    [1, 'fo'],
    [2, 'ovf'],
  ] as const),
  ...([
    [3, 'sh'],
    [1, 'dh'],
    [3, 'mh'],
    [2, 'lblc'],
    [2, 'lblcr'],
  ] as const),
);

/** Short enough for a scenario to outlive, mostly; whose clients share a network is told by the last bits. */
const persistence: fc.Arbitrary<Persistence> = fc.record({
  timeoutSeconds: weighted(
    ...([
      [3, 300],
      [2, 60],
      [2, 5],
      [1, 1],
      [1, 130],
    ] as const),
  ),
  netmask: weighted(
    ...([
      [4, 0xffffffff],
      [2, 0xffffff00],
      [1, 0xfffffffe],
      [1, 0],
    ] as const),
  ),
});

/** What `-A` and `-E` say: a scheduler, what flags it takes, and whether clients stay where they are. */
export function settings(
  bias: Pick<ScenarioBias, 'persistence' | 'locality' | 'hashing' | 'twos'>,
): fc.Arbitrary<ServiceSettings> {
  const any = oneOf<SchedulerName>(
    [100 - bias.locality - bias.hashing - bias.twos, scheduler],
    [bias.hashing, fc.constantFrom('sh', 'mh', 'dh')],
    [bias.locality, fc.constantFrom('lblc', 'lblcr')],
    [bias.twos, fc.constant('twos')],
  );
  return fc
    .tuple(any, fc.subarray([...SCHEDULER_FLAGS]), sometimes(bias.persistence, persistence), percent(30))
    .map(([scheduler, schedFlags, persistence, onePacket]) =>
      withFlags({
        scheduler,
        schedFlags,
        ...(persistence && { persistence }),
        ...(onePacket && { onePacket }),
      }),
    );
}

/** What a service is called by: mostly TCP, address and port. */
export function serviceKey(
  bias: Pick<ScenarioBias, 'udpServices' | 'sctpServices' | 'markServices' | 'isakmp'>,
): fc.Arbitrary<ServiceKey> {
  const { udpServices: udp, sctpServices: sctp, markServices: marks, isakmp } = bias;
  const protocol = oneOf<AddressKey['protocol']>(
    [Math.max(0, 100 - udp - sctp), fc.constant('tcp')],
    [udp, fc.constant('udp')],
    [sctp, fc.constant('sctp')],
  );
  return oneOf<ServiceKey>(
    [Math.max(0, 100 - marks - isakmp), fc.record({ protocol, address: vip, port: servicePort })],
    [marks, serviceMark.map(byMark)],
    [isakmp, vip.map((address) => ({ protocol: 'udp', address, port: ISAKMP_PORT }))],
  );
}

/** The marks that rules set most. */
const serviceMark = weighted([3, 1], [1, 2], [1, 0x100]);

/** Thresholds that a few connections reach; the lower one is left to the kernel, or given. */
export type Thresholds = Pick<Dest, 'upperThreshold' | 'lowerThreshold'>;

export const thresholds: fc.Arbitrary<Thresholds> = fc
  .tuple(
    weighted(
      ...([
        [2, 1],
        [5, 2],
        [3, 3],
        [2, 4],
        [1, 0],
      ] as const),
    ),
    // Below the upper one, a dest that was full stays so for a while.
    weighted(
      ...([
        [6, 1],
        [2, 2],
        [1, 3],
        [1, 0],
      ] as const),
    ),
    percent(65),
  )
  .map(([upperThreshold, lower, given]) => ({
    upperThreshold,
    ...(given && { lowerThreshold: Math.min(lower, upperThreshold) }),
  }));

/** What a tunnel puts between the headers; mostly nothing. */
export const encapsulation: fc.Arbitrary<Encapsulation | undefined> = oneOf<Encapsulation | undefined>(
  [4, fc.constant(undefined)],
  [
    3,
    fc.record({
      type: fc.constant('gue' as const),
      port: weighted([4, 6080], [1, 6081]),
      checksum: weighted(
        ...([
          [3, 'nocsum'],
          [2, 'csum'],
          [1, 'remcsum'],
        ] as const),
      ),
    }),
  ],
  [
    2,
    fc.record({
      type: fc.constant('gre' as const),
      checksum: weighted(
        ...([
          [3, 'nocsum'],
          [2, 'csum'],
        ] as const),
      ),
    }),
  ],
);

/** How a service forwards: one way for all dests, or each dest its own. */
type Forwarding = ForwardMethod | 'mixed';

interface DestDraw {
  readonly weight: number;
  /** The real server listens on another port than the service; only masq can lead there. */
  readonly otherPort: boolean;
  /** Where each dest has its own way. */
  readonly own: ForwardMethod;
  readonly encapsulation: Encapsulation | undefined;
  readonly thresholds: Thresholds | undefined;
}

function destDraw(bias: ScenarioBias): fc.Arbitrary<DestDraw> {
  return fc.record({
    weight,
    otherPort: percent(15),
    own: weighted(
      ...([
        [4, 'masq'],
        [3, 'droute'],
        [1, 'tunnel'],
      ] as const),
    ),
    encapsulation,
    thresholds: sometimes(bias.thresholds, thresholds),
  });
}

/** Services with distinct addresses and ports, and their dests: what `ipvsadm -A` and `-a` would take. */
export function services(bias: ScenarioBias, size: Size): fc.Arbitrary<readonly VirtualService[]> {
  const forwarding = oneOf<Forwarding>(
    [Math.max(0, 100 - bias.droute - bias.tunnel), fc.constant('masq')],
    [bias.droute, weighted<Forwarding>([2, 'droute'], [1, 'mixed'])],
    [bias.tunnel, fc.constant('tunnel')],
  );
  const draws = fc.array(destDraw(bias), { minLength: size.dests, maxLength: size.dests, size: 'max' });
  const addresses = oneOf(
    [Math.max(0, 100 - bias.localNode - bias.oneArmed - bias.bypass), destAddresses(size)],
    [bias.bypass, fc.constant([])],
    [
      bias.oneArmed,
      fc.shuffledSubarray([...NEIGHBOURS], {
        minLength: 1,
        maxLength: Math.min(size.dests, NEIGHBOURS.length),
      }),
    ],
    [bias.localNode, fc.tuple(ownAddress, destAddresses(size)).map((all) => all.flat().slice(0, size.dests))],
  );
  const service = (key: fc.Arbitrary<ServiceKey>) =>
    fc
      .tuple(key, catchAll(bias), settings(bias), forwarding, addresses, draws)
      .map(([drawn, catchAll, settings, forwarding, addresses, draws]): VirtualService => {
        const key = drawn.protocol === 'fwm' ? drawn : portOf(drawn, catchAll, settings);
        const list = distinctDests(
          addresses.map((address, index) => ({ address, ...destOf(draws[index]!, key, forwarding) })),
        );
        return { ...key, ...withOnePacket(settings, key), dests: list };
      });
  const all = fc
    .tuple(
      upTo(size.services, service(serviceKey(bias)), 1),
      sometimes(bias.broughtHome, service(serviceMark.map(byMark))),
    )
    .map(([list, marked]) => distinctServices(marked ? [...list, marked] : list));
  return shrinkingBy(all, smallerServices);
}

/** A service for more than its port: for all (0), or for those on which FTP's data connections come (21). */
type CatchAll = 0 | 21 | undefined;

function catchAll({ ftp }: ScenarioBias): fc.Arbitrary<CatchAll> {
  return oneOf<CatchAll>([ftp, fc.constant(21)], [100 - ftp, weighted<CatchAll>([7, undefined], [3, 0])]);
}

/** Only a persistent service may take every port. */
function portOf(key: AddressKey, catchAll: CatchAll, { persistence }: ServiceSettings): AddressKey {
  return catchAll === undefined || (catchAll === 0 && !persistence) ? key : { ...key, port: catchAll };
}

/** One that a client reaches, or the one that real servers do, or the virtual one itself. */
const ownAddress: fc.Arbitrary<Ipv4> = fc.constantFrom(...OWN, VIPS[0]!);

/** Mostly so many machines; sometimes two dests on one, and then only with different ports; rarely none. */
function destAddresses({ dests }: Size): fc.Arbitrary<readonly Ipv4[]> {
  return oneOf<readonly Ipv4[]>(
    [1, fc.constant([])],
    [9, fc.shuffledSubarray([...REAL_SERVERS], { minLength: 1, maxLength: dests })],
    [2, upTo(dests, realServer, 1)],
  );
}

function destOf(draw: DestDraw, key: ServiceKey, forwarding: Forwarding): Omit<Dest, 'address'> {
  const forward = forwarding === 'mixed' ? draw.own : forwarding;
  const { encapsulation } = draw;
  // A service by mark has dests that keep the packet's port, and others that listen where they like.
  const usual = key.protocol === 'fwm' && draw.otherPort ? 80 : key.port;
  const port = !keepsPort(forward) && draw.otherPort ? otherPort(usual) : usual;
  const wrapped = forward === 'tunnel' && encapsulation !== undefined;
  return { port, forward, ...(wrapped && { encapsulation }), weight: draw.weight, ...draw.thresholds };
}

function otherPort(port: number): number {
  return port === 8080 ? 80 : 8080;
}

/** The first of those with the same address and port. */
function distinctDests(list: readonly Dest[]): readonly Dest[] {
  return list.filter(
    (one, index) =>
      list.findIndex((other) => other.address === one.address && other.port === one.port) === index,
  );
}

function distinctServices(list: readonly VirtualService[]): readonly VirtualService[] {
  return list.filter((one, index) => list.findIndex((other) => isSameService(one, other)) === index);
}
