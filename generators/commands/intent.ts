import type fc from 'fast-check';
import type { AdminCommand } from '../../spec/config/commands.ts';
import { oneOf } from '../draws.ts';
import { setting } from '../sysctls.ts';
import type { AdminState } from './admin-state.ts';
import { iptablesIntent } from './iptables.ts';
import { ipvsadmIntent } from './ipvsadm.ts';

/**
 * What an administrator is up to: the command that it comes to, seeing what is there now and what was there at
 * the beginning. Undefined when there is nothing to do it to.
 */
export type Intent = (now: AdminState, before: AdminState) => AdminCommand | undefined;

const sysctlIntent: fc.Arbitrary<Intent> = setting.map((setting) => () => ({ tool: 'sysctl', ...setting }));

export const intent: fc.Arbitrary<Intent> = oneOf<Intent>(
  [6, ipvsadmIntent],
  [3, iptablesIntent],
  [1, sysctlIntent],
);
