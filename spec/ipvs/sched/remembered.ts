import type { Net } from '../../state.ts';
import { sysctl } from '../../sysctl.ts';
import { newTimer, type Timer } from '../../timer.ts';
import { delTimer, modTimer } from '../../timers.ts';
import { note } from '../../trace-log.ts';
import type { Ipv4 } from '../../wire/address.ts';

/** What is kept of an address that clients call (struct ip_vs_lblc_entry, struct ip_vs_lblcr_entry). */
interface Entry<Kept> {
  kept: Kept;
  /** When a client called last; jiffies. */
  lastUse: number;
  /** Nobody can say whether the last full check has found it stale. */
  doubtful: boolean;
}

/** What lblc or lblcr remembers for one service (struct ip_vs_lblc_table, struct ip_vs_lblcr_table). */
export interface Remembered<Kept> {
  readonly expiration: Expiration;
  readonly entries: Map<Ipv4, Entry<Kept>>;
  /** Checks up to the next one; each thirtieth is a full one. */
  checks: number;
  readonly timer: Timer;
}

/** The sysctl that says after how many seconds an address is stale. */
type Expiration = 'net.ipv4.vs.lblc_expiration' | 'net.ipv4.vs.lblcr_expiration';

const CHECK_INTERVAL_SECONDS = 60;
const CHECKS_TO_A_FULL_ONE = 30;

/** An empty memory, which is checked each minute from now on (ip_vs_lblc_init_svc). */
export function newRemembered<Kept>(net: Net, expiration: Expiration): Remembered<Kept> {
  const timer = newTimer(() => check(net, remembered));
  const remembered: Remembered<Kept> = { expiration, entries: new Map(), checks: 1, timer };
  setCheck(net, remembered);
  return remembered;
}

/** ip_vs_lblc_done_svc */
export function forgetAll(net: Net, { timer }: Remembered<unknown>): void {
  delTimer(net, timer);
}

/** What is kept of an address, which is in use again with that (ip_vs_lblc_get). */
export function recall<Kept>(net: Net, remembered: Remembered<Kept>, address: Ipv4): Kept | undefined {
  const entry = remembered.entries.get(address);
  if (!entry) return undefined;
  // A full check comes up to a minute before ours, which may be just now.
  const mayBeGone = isFull(remembered) && isStale(net, remembered, entry, net.jiffies);
  if (entry.doubtful || mayBeGone) net.undetermined ??= 'locality-check';
  entry.lastUse = net.jiffies;
  return entry.kept;
}

/** ip_vs_lblc_new */
export function remember<Kept>(net: Net, { entries }: Remembered<Kept>, address: Ipv4, kept: Kept): void {
  entries.set(address, { kept, lastUse: net.jiffies, doubtful: false });
}

function setCheck(net: Net, { timer }: Remembered<unknown>): void {
  modTimer(net, timer, net.jiffies + CHECK_INTERVAL_SECONDS * net.kernel.hz);
}

/**
 * Addresses that nobody has called for long are forgotten, but only each half-hour (ip_vs_lblc_check_expire). The checks
 * between would thin out a table of more than 16,384.
 */
function check(net: Net, remembered: Remembered<unknown>): void {
  if (isFull(remembered)) fullCheck(net, remembered);
  else remembered.checks += 1;
  setCheck(net, remembered);
}

function isFull({ checks }: Remembered<unknown>): boolean {
  return checks % CHECKS_TO_A_FULL_ONE === 0;
}

/** ip_vs_lblc_full_check */
function fullCheck(net: Net, remembered: Remembered<unknown>): void {
  const earliest = net.jiffies - CHECK_INTERVAL_SECONDS * net.kernel.hz;
  for (const [address, entry] of remembered.entries) {
    if (isStale(net, remembered, entry, earliest)) {
      remembered.entries.delete(address);
      note(net, 'timer', 'ip_vs_lblc_full_check', '', () => 'an address that nobody calls is forgotten');
    } else if (isStale(net, remembered, entry, net.jiffies)) entry.doubtful = true;
  }
  remembered.checks = 1;
}

function isStale(
  net: Net,
  { expiration }: Remembered<unknown>,
  { lastUse }: Entry<unknown>,
  at: number,
): boolean {
  return at >= lastUse + sysctl(net, expiration) * net.kernel.hz;
}
