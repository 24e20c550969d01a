import type { Net } from './state.ts';
import type { Timer } from './timer.ts';
import { wheelLevel } from './timer-wheel.ts';

/**
 * Sets a timer, or sets it anew (kernel/time/timer.c, mod_timer). One that stays in its slot keeps its place there:
 * of timers that are due together those in the coarser part of the wheel run first, and of these the last set.
 */
export function modTimer(net: Net, timer: Timer, expires: number): void {
  const fires = net.parts.wheel(net.jiffies, expires);
  const level = wheelLevel(net.jiffies, expires);
  const stays = timer.fires === fires && timer.level === level;
  if (!stays) net.timers.delete(timer);
  timer.expires = expires;
  timer.fires = fires;
  timer.level = level;
  net.timers.add(timer);
}

/** Stops a timer (del_timer). */
export function delTimer(net: Net, timer: Timer): void {
  timer.expires = Number.POSITIVE_INFINITY;
  timer.fires = Number.POSITIVE_INFINITY;
  net.timers.delete(timer);
}

/**
 * Lets time pass, and runs each timer when it is due. Behind those of one jiffy comes `afterwards`, as what is received
 * comes behind timers in the kernel (kernel/softirq.c, handle_softirqs).
 */
export function passTime(net: Net, until: number, afterwards: (net: Net) => void): void {
  for (;;) {
    let due = nextDue(net, until);
    if (!due || due.fires > net.jiffies) {
      afterwards(net);
      // What came behind the last timer may have set others.
      due = nextDue(net, until);
    }
    if (!due) break;
    net.jiffies = due.fires;
    // Behind what was dropped just before, another may be next.
    if (net.parts.dropEntries(net)) continue;
    net.timers.delete(due);
    due.run();
  }
  net.jiffies = until;
}

function nextDue(net: Net, until: number): Timer | undefined {
  let first: Timer | undefined;
  for (const timer of net.timers) {
    if (timer.fires <= until && (!first || runsBefore(timer, first))) first = timer;
  }
  return first;
}

/** `later` was set after `other`. */
function runsBefore(later: Timer, other: Timer): boolean {
  return later.fires === other.fires ? later.level >= other.level : later.fires < other.fires;
}
