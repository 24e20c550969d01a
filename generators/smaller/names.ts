import type { Scenario } from '../../spec/scenario.ts';
import { CLIENTS, REAL_SERVERS, SERVICE_PORTS, VIPS } from '../addresses.ts';
import { type Renaming, renamed } from './places.ts';
import type { Smaller } from './smaller.ts';

const same = (value: number): number => value;
const FIRST_CLIENT_PORT = 40000;

function* renamings(scenario: Scenario): Iterable<Renaming> {
  const addresses = new Set<number>();
  const ports = new Set<number>();
  const collected = { address: collectedIn(addresses), port: collectedIn(ports) };
  renamed(scenario, collected);
  for (const names of [VIPS, REAL_SERVERS, CLIENTS]) {
    for (const [index, from] of names.entries()) {
      if (!addresses.has(from)) continue;
      for (const to of names.slice(0, index)) yield { address: replacing(from, to), port: same };
    }
  }
  for (const from of ports) {
    const to = isServicePort(from) ? SERVICE_PORTS[0] : FIRST_CLIENT_PORT;
    if (from !== to) yield { address: same, port: replacing(from, to) };
  }
}

function collectedIn(set: Set<number>): (value: number) => number {
  return (value) => {
    set.add(value);
    return value;
  };
}

function replacing(from: number, to: number): (value: number) => number {
  return (value) => (value === from ? to : value);
}

/** Port 1024 and those around 40000 are clients' only. */
function isServicePort(port: number): boolean {
  return port < 20000 && port !== 1024 && port !== 20;
}

/** The first of each kind of address in place of others, port 80 in place of other services', 40000 of clients'. */
export const smallerNames: Smaller<Scenario> = function* (scenario) {
  for (const renaming of renamings(scenario)) yield renamed(scenario, renaming);
};
