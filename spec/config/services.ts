import type { Ipv4 } from '../wire/address.ts';

/** The schedulers that the model knows, by ipvsadm's names. */
export const SCHEDULERS = ['rr', 'wrr', 'lc', 'wlc'] as const;
export type SchedulerName = (typeof SCHEDULERS)[number];

/** How packets reach a dest: `-m`, `-g`. */
export type ForwardMethod = 'masq' | 'droute';

/** What names a virtual service: `-t VIP:80`. */
export interface ServiceKey {
  readonly protocol: 'tcp';
  readonly address: Ipv4;
  readonly port: number;
}

/** One real server of a service (struct ip_vs_dest). */
export interface Dest {
  readonly address: Ipv4;
  readonly port: number;
  readonly forward: ForwardMethod;
  /** 0 (no new connections) to 65535. */
  readonly weight: number;
}

/** A virtual service and its real servers, in the order in which the administrator added them (struct ip_vs_service). */
export interface VirtualService extends ServiceKey {
  readonly scheduler: SchedulerName;
  readonly dests: readonly Dest[];
}
