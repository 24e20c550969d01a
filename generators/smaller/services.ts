import {
  type Dest,
  type Persistence,
  SCHEDULERS,
  type ServiceKey,
  type ServiceSettings,
  takesFlag,
  type VirtualService,
} from '../../spec/config/services.ts';
import { nearer } from './numbers.ts';
import {
  anyOf,
  inField,
  oneAfterAnother,
  type Smaller,
  smallerList,
  towards,
  withoutField,
} from './smaller.ts';

/** Weight 1 says least, then 0, then the nearer to them. */
const smallerWeight: Smaller<number> = (weight) =>
  weight <= 1 ? towards(1)(weight) : oneAfterAnother([1, 0], nearer(2)(weight));

/** The dest with another way to reach it; only a tunnel wraps packets. */
export function forwardedBy<T extends Pick<Dest, 'forward' | 'encapsulation'>>(
  { encapsulation, ...dest }: T,
  forward: Dest['forward'],
): Omit<T, 'encapsulation'> & Pick<Dest, 'encapsulation' | 'forward'> {
  return { ...dest, forward, ...(forward === 'tunnel' && encapsulation && { encapsulation }) };
}

/** Masquerading is what a reader expects; a dest that routes directly has the service's port anyway. */
export const smallerDest: Smaller<Dest> = anyOf(
  withoutField('lowerThreshold'),
  function* (dest) {
    if (!dest.lowerThreshold) yield* withoutField<Dest>('upperThreshold')(dest);
  },
  inField('weight', smallerWeight),
  withoutField('encapsulation'),
  function* (dest) {
    for (const forward of towards<Dest['forward']>('masq', 'droute')(dest.forward))
      yield forwardedBy(dest, forward);
  },
);

/** Without the flags that the scheduler does not take, which ipvsadm would refuse. */
export function withFlags<T extends ServiceSettings>(settings: T): T {
  const taken = settings.schedFlags?.filter((flag) => takesFlag(settings.scheduler, flag)) ?? [];
  const [bare = settings] = withoutField<T>('schedFlags')(settings);
  return taken.length > 0 ? { ...bare, schedFlags: taken } : bare;
}

const smallerPersistence: Smaller<Persistence> = anyOf(
  inField('netmask', towards(0xffffffff)),
  inField('timeoutSeconds', towards(300)),
);

/** A simpler scheduler, without the flags that it does not take, and fewer flags. */
export function* smallerSettings<T extends ServiceSettings>(settings: T): Iterable<T> {
  yield* withoutField<T>('schedFlags')(settings);
  yield* withoutField<T>('onePacket')(settings);
  // A service for all ports stays persistent.
  if (!('port' in settings && settings.port === 0 && !('mark' in settings)))
    yield* withoutField<T>('persistence')(settings);
  yield* inField<T, 'persistence'>('persistence', smallerPersistence)(settings);
  const { schedFlags: flags = [] } = settings;
  if (flags.length > 1) for (const flag of flags) yield { ...settings, schedFlags: [flag] };
  for (const scheduler of towards(...SCHEDULERS)(settings.scheduler))
    yield withFlags({ ...settings, scheduler });
}

/** Without one-packet scheduling where ipvsadm would refuse it. */
export function withOnePacket<T extends ServiceSettings>(settings: T, { protocol }: ServiceKey): T {
  const [bare = settings] =
    protocol === 'udp' || protocol === 'fwm' ? [] : withoutField<T>('onePacket')(settings);
  return bare;
}

const smallerService: Smaller<VirtualService> = anyOf(
  inField('dests', smallerList(smallerDest)),
  function* (service) {
    const dests = service.dests.map((dest) => ({ ...dest, port: service.port }));
    const places = new Set(dests.map((dest) => dest.address));
    const changed = service.dests.some((dest) => dest.port !== service.port);
    if (changed && places.size === dests.length) yield { ...service, dests };
  },
  smallerSettings,
);

export const smallerServices: Smaller<readonly VirtualService[]> = smallerList(smallerService);
