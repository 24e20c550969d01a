import type { Net } from './state.ts';

/** Notes a station of the packet's way. The sentence is built only when somebody asked for a trace. */
export function note(net: Net, hook: string, station: string, verdict: string, why: () => string): void {
  net.trace?.push({ hook, station, verdict, why: why() });
}
