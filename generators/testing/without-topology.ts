import type { Scenario } from '../../spec/scenario.ts';

/** The scenario without the part that is the same in all, for texts that people read. */
export function withoutTopology({ director, ...rest }: Scenario): unknown {
  const { topology: _, ...config } = director;
  return { director: config, ...rest };
}
