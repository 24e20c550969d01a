import type { Net } from './state.ts';
import type { Timer } from './timer.ts';

/** Sets a timer, or sets it anew (kernel/time/timer.c, mod_timer). */
export function modTimer(net: Net, timer: Timer, expires: number): void {
  timer.expires = expires;
  timer.fires = net.parts.wheel(net.jiffies, expires);
  net.timers.add(timer);
}

/** Stops a timer (del_timer). */
export function delTimer(net: Net, timer: Timer): void {
  timer.expires = Number.POSITIVE_INFINITY;
  timer.fires = Number.POSITIVE_INFINITY;
  net.timers.delete(timer);
}

/** Lets time pass, and runs each timer when it is due. */
export function passTime(net: Net, until: number): void {
  for (let due = nextDue(net, until); due; due = nextDue(net, until)) {
    net.jiffies = due.fires;
    net.timers.delete(due);
    due.run();
  }
  net.jiffies = until;
}

function nextDue(net: Net, until: number): Timer | undefined {
  let first: Timer | undefined;
  for (const timer of net.timers) {
    if (timer.fires <= until && timer.fires < (first?.fires ?? Number.POSITIVE_INFINITY)) first = timer;
  }
  return first;
}
