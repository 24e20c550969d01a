import { SCHEDULERS } from '../../spec/config/services.ts';
import { type Topology, unusualMtu } from '../../spec/config/topology.ts';

/**
 * How much a reader has to take in: first how many fields and elements there are, then how far their values are
 * from the plainest ones. Every shrinking step must lower it, or shrinking might go round in circles.
 */
export function complexity(value: unknown): readonly [parts: number, distance: number] {
  const { total, parts } = measured(value, '');
  return [parts, total];
}

export function isSimpler(one: unknown, other: unknown): boolean {
  const [parts, distance] = complexity(one);
  const [otherParts, otherDistance] = complexity(other);
  return parts < otherParts || (parts === otherParts && distance < otherDistance);
}

function measured(value: unknown, key: string): { readonly parts: number; readonly total: number } {
  if (value === undefined) return { parts: 0, total: 0 };
  if (key === 'topology') return { parts: Object.keys(unusualMtu(value as Topology)).length, total: 0 };
  if (typeof value !== 'object' || value === null) return { parts: 1, total: distanceOf(key, value) };
  const inner = Object.entries(value).map(([name, field]) =>
    measured(field, Array.isArray(value) ? key : name),
  );
  return {
    parts: inner.reduce((sum, { parts }) => sum + parts, 1),
    total: inner.reduce((sum, { total }) => sum + total, otherPorts(value)),
  };
}

/** Dests on another port than their service: the service's port is the plainest, whichever it is. */
function otherPorts(value: object): number {
  if (!('dests' in value && 'port' in value && Array.isArray(value.dests))) return 0;
  return 100 * value.dests.filter(({ port }) => port !== value.port).length;
}

const PLAINEST: Readonly<Record<string, readonly unknown[]>> = {
  forward: ['masq', 'droute'],
  scheduler: SCHEDULERS,
  policy: ['ACCEPT'],
  kind: ['ACCEPT', 'DROP'],
  inverted: [false],
  value: [1],
  mask: [0xffffffff],
  packetMask: [0xffffffff],
  connectionMask: [0xffffffff],
  window: [64240],
  weight: [1, 0],
  netmask: [0xffffffff],
  timeoutSeconds: [300],
  port: [80, 40000, 443, 8080, 40001, 40002],
  first: [80, 40000, 443, 8080, 40001, 40002],
  last: [80, 40000, 443, 8080, 40001, 40002],
  client: [1000, 2 ** 32 - 1000],
  server: [5000, 2 ** 32 - 1000],
};

/** Of these, any that is not plain is as far away as any other. */
const ALIKE: readonly string[] = ['window', 'client', 'server'];

function distanceOf(key: string, value: unknown): number {
  const known = PLAINEST[key] ?? [];
  const at = known.indexOf(value);
  if (at >= 0) return at;
  if (typeof value !== 'number') return known.length + (value === 'state' ? 1 : 0);
  if (ALIKE.includes(key)) return known.length;
  if (key === 'ms') return value % 1000 === 0 ? value / 1000 : 1e9 + value;
  return known.length + Math.abs(value);
}
