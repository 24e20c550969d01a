import type { Rule } from '../../spec/config/rules.ts';
import { isPacket, type PacketItem, type Scenario } from '../../spec/scenario.ts';

/** What a scenario may have, and in how many of a thousand it should be seen at least. */
export interface Feature {
  readonly perMille: number;
  readonly in: (scenario: Scenario) => boolean;
}

export const rules = (is: (rule: Rule) => boolean) => (scenario: Scenario) =>
  scenario.director.rules.tables.some(({ chains }) => chains.some((chain) => chain.rules.some(is)));

export const sysctl = (name: string, value?: number) => (scenario: Scenario) =>
  value === undefined ? name in scenario.director.sysctls : scenario.director.sysctls[name] === value;

export const packets = (is: (item: PacketItem) => boolean) => (scenario: Scenario) =>
  scenario.timeline.some((item) => isPacket(item) && is(item));
