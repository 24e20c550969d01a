/** How big a scenario may get. What is larger finds more and costs more time on a real kernel. */
export interface Size {
  /** Services of the director, 1 to this. */
  readonly services: number;
  /** Real servers of each service, 0 to this; the topology has four. */
  readonly dests: number;
  /** Random rules in one chain; templates and counting rules may exceed it, they are as long as they are. */
  readonly rulesPerChain: number;
  /** User chains of a random ruleset. */
  readonly userChains: number;
  /** Flows of a scenario. A bias may double it. */
  readonly flows: number;
  /** Turns in the middle of a session, between opening and closing. */
  readonly turns: number;
  /** Accidents (lost, repeated, damaged segments) of one flow. */
  readonly accidents: number;
  /** Waits and commands put between the segments. */
  readonly interruptions: number;
  /** Segments of the whole timeline; what sessions have beyond is cut off, so the last ones stay half open. */
  readonly segments: number;
  /** All waits together, in seconds; later waits are shortened. Virtual time is cheap, but not free. */
  readonly waitSeconds: number;
}

export const SIZES = {
  /** A few packets on a small director: for tests of the harness itself. */
  smoke: {
    services: 1,
    dests: 2,
    rulesPerChain: 2,
    userChains: 1,
    flows: 2,
    turns: 2,
    accidents: 1,
    interruptions: 2,
    segments: 8,
    waitSeconds: 300,
  },
  standard: {
    services: 3,
    dests: 4,
    rulesPerChain: 4,
    userChains: 2,
    flows: 4,
    turns: 5,
    accidents: 3,
    interruptions: 7,
    segments: 18,
    waitSeconds: 1800,
  },
  /** Long stories: many timers run out in one scenario. */
  nightly: {
    services: 3,
    dests: 4,
    rulesPerChain: 8,
    userChains: 3,
    flows: 6,
    turns: 12,
    accidents: 6,
    interruptions: 16,
    segments: 50,
    waitSeconds: 7200,
  },
} as const satisfies Readonly<Record<string, Size>>;
