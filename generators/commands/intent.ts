import fc from 'fast-check';
import type { AdminCommand } from '../../spec/config/commands.ts';
import type { ScenarioBias } from '../bias.ts';
import { oneOf, percent } from '../draws.ts';
import { DEFENCE, setting } from '../sysctls.ts';
import type { AdminState } from './admin-state.ts';
import { conntrackCommand } from './conntrack.ts';
import { iptablesIntent } from './iptables.ts';
import { ipvsadmIntent, moveDest } from './ipvsadm.ts';

/**
 * What an administrator is up to: the command that it comes to, seeing what is there now and what was there at
 * the beginning. Undefined when there is nothing to do it to.
 */
export type Intent = (now: AdminState, before: AdminState) => AdminCommand | undefined;

const sysctlIntent: fc.Arbitrary<Intent> = setting.map((setting) => () => ({ tool: 'sysctl', ...setting }));

/** Off and on again, by one who uses it: connections stay in states that the other table has no way into. */
const switchDefence: Intent = ({ sysctls }) => {
  const value = sysctls[DEFENCE];
  return value === undefined ? undefined : { tool: 'sysctl', name: DEFENCE, value: value === 3 ? 0 : 3 };
};

/** Connections are known to conntrack from one packet to the next, or are no more. */
const switchConntrack: Intent = ({ sysctls }) => {
  const name = 'net.ipv4.vs.conntrack';
  return { tool: 'sysctl', name, value: sysctls[name] === 1 ? 0 : 1 };
};

/** The program takes its commands whatever entries there are. */
const conntrackIntent: fc.Arbitrary<Intent> = conntrackCommand.map((command) => () => command);

const anyIntent: fc.Arbitrary<Intent> = oneOf<Intent>(
  [12, ipvsadmIntent],
  [6, iptablesIntent],
  [2, sysctlIntent],
  [2, fc.constant(switchConntrack)],
  [1, conntrackIntent],
);

export function intent({ moves, forgets }: ScenarioBias): fc.Arbitrary<Intent> {
  const other = oneOf<Intent>(
    [100 - moves - forgets, anyIntent],
    [moves, moveDest],
    [forgets, conntrackIntent],
  );
  return fc.tuple(other, percent(50)).map(
    ([other, switches]): Intent =>
      (now, before) =>
        (switches && switchDefence(now, before)) || other(now, before),
  );
}
