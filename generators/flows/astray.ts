import fc from 'fast-check';
import { TWO_ARMED } from '../../spec/config/topology.ts';
import type { PacketItem } from '../../spec/scenario.ts';
import type { ScenarioBias } from '../bias.ts';
import { oneOf, upTo } from '../draws.ts';

/** A packet comes by the wire of another host than its sender: looped, badly cabled, or sent by a liar. */
export interface Astray {
  /** Which packet, counted round. */
  readonly at: number;
  readonly via: string;
}

export function ledAstray(packets: readonly PacketItem[], astray: readonly Astray[]): readonly PacketItem[] {
  return astray.reduce((left, { at, via }) => {
    const index = at % Math.max(1, left.length);
    const packet = left[index];
    return packet ? left.with(index, { ...packet, via }) : left;
  }, packets);
}

const HOSTS = TWO_ARMED.hosts.map(({ name }) => name);

export function astray(bias: ScenarioBias): fc.Arbitrary<readonly Astray[]> {
  const one = fc.record({ at: fc.nat({ max: 59 }), via: fc.constantFrom(...HOSTS) });
  return oneOf<readonly Astray[]>([bias.astray, upTo(4, one, 1)], [100 - bias.astray, fc.constant([])]);
}
