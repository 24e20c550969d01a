/** Something to be done later (struct timer_list). A timer that is not set has infinite times. */
export interface Timer {
  /** When it should run; jiffies. */
  expires: number;
  /** When the timer wheel will run it; jiffies. */
  fires: number;
  /** How coarse the part of the wheel is in which it waits. */
  level: number;
  readonly run: () => void;
}

/** A timer that nobody has set yet (timer_setup). */
export function newTimer(run: () => void): Timer {
  return { expires: Number.POSITIVE_INFINITY, fires: Number.POSITIVE_INFINITY, level: 0, run };
}
