import type { Ipv4 } from '../wire/address.ts';

/** The schedulers that the model knows, by ipvsadm's names. */
export const SCHEDULERS = [
  ...(['rr', 'wrr', 'lc', 'wlc', 'sed', 'nq', 'fo', 'ovf'] as const),
  ...(['sh', 'dh', 'mh', 'lblc', 'lblcr', 'twos'] as const),
] as const;
export type SchedulerName = (typeof SCHEDULERS)[number];

/** What `-b` says to a scheduler; its name begins with that of the only one that takes it. */
export const SCHEDULER_FLAGS = ['sh-fallback', 'sh-port', 'mh-fallback', 'mh-port'] as const;
export type SchedulerFlag = (typeof SCHEDULER_FLAGS)[number];

export function takesFlag(scheduler: SchedulerName, flag: SchedulerFlag): boolean {
  return flag.startsWith(`${scheduler}-`);
}

/** The most that a threshold may be (ip_vs_ctl.c, ip_vs_add_dest). */
export const HIGHEST_THRESHOLD = 0x7fffffff;

/** How packets reach a dest: `-m`, `-g`, `-i`. */
export type ForwardMethod = 'masq' | 'droute' | 'tunnel';

/** `--tun-nocsum`, `--tun-csum`, `--tun-remcsum`: which checksum the outer header has. */
export const TUNNEL_CHECKSUMS = ['nocsum', 'csum', 'remcsum'] as const;
export type TunnelChecksum = (typeof TUNNEL_CHECKSUMS)[number];

/** What is between the two IP headers of a tunnelled packet (`--tun-type`); nothing where no such thing is said. */
export type Encapsulation =
  | { readonly type: 'gue'; readonly port: number; readonly checksum: TunnelChecksum }
  | { readonly type: 'gre'; readonly checksum: Exclude<TunnelChecksum, 'remcsum'> };

/** The forwarding methods under which a packet keeps its destination, and so its port. */
export function keepsPort(forward: ForwardMethod): boolean {
  return forward !== 'masq';
}

/** What names a virtual service: `-t VIP:80`, `-u VIP:53`, `-f 1`. */
export type ServiceKey = AddressKey | MarkKey;

/** A service is called by protocol, address and port. Port 0 stands for every port that no other service has. */
export interface AddressKey {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly address: Ipv4;
  readonly port: number;
}

/** Or by the mark that rules gave a packet, whatever its protocol, address and port. To the kernel those are all 0. */
export interface MarkKey {
  readonly protocol: 'fwm';
  readonly mark: number;
  readonly address: 0;
  readonly port: 0;
}

export function byMark(mark: number): MarkKey {
  return { protocol: 'fwm', mark, address: 0, port: 0 };
}

export function isSameService(one: ServiceKey, other: ServiceKey): boolean {
  if (one.protocol === 'fwm' || other.protocol === 'fwm') return markOf(one) === markOf(other);
  return one.port === other.port && one.address === other.address && one.protocol === other.protocol;
}

function markOf(key: ServiceKey): number {
  return key.protocol === 'fwm' ? key.mark : 0;
}

/** The name alone, of a service of which more is known. */
export function keyOf(key: ServiceKey): ServiceKey {
  if (key.protocol === 'fwm') return byMark(key.mark);
  const { protocol, address, port } = key;
  return { protocol, address, port };
}

/** One real server of a service (struct ip_vs_dest). */
export interface Dest {
  readonly address: Ipv4;
  readonly port: number;
  readonly forward: ForwardMethod;
  /** Of a tunnel that is not IP in IP. */
  readonly encapsulation?: Encapsulation;
  /** 0 (no new connections) to 65535. */
  readonly weight: number;
  /** Connections from which on it gets no more (`-x`); 0 and none are the same. */
  readonly upperThreshold?: number;
  /** Connections below which a full one is free again (`-y`). The kernel refuses one above the upper. */
  readonly lowerThreshold?: number;
}

/** How a service gives connections to its dests: what `-A` and `-E` say of it. */
export interface ServiceSettings {
  readonly scheduler: SchedulerName;
  /** None is an absent list. */
  readonly schedFlags?: readonly SchedulerFlag[];
  /** A client's connections go where its first went (`-p`). */
  readonly persistence?: Persistence;
  /** Every datagram goes where the scheduler says, whatever the ones before it did (`-o`). */
  readonly onePacket?: true;
}

/** How long, in seconds since the last new connection, and by how much of a client's address (`-p`, `-M`). */
export interface Persistence {
  readonly timeoutSeconds: number;
  readonly netmask: Ipv4;
}

/** The settings among what else is said of a service. */
export function settingsOf(settings: ServiceSettings): ServiceSettings {
  const { scheduler, schedFlags, persistence, onePacket } = settings;
  return {
    scheduler,
    ...(schedFlags && { schedFlags }),
    ...(persistence && { persistence }),
    ...(onePacket && { onePacket }),
  };
}

/** A virtual service and its real servers, in the order in which the administrator added them (struct ip_vs_service). */
export type VirtualService = ServiceKey & ServiceSettings & { readonly dests: readonly Dest[] };
