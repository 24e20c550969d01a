import type { Net } from './state.ts';
import { SYSCTLS, type SysctlName } from './tables/sysctls.ts';

const DEFAULTS: ReadonlyMap<string, number> = new Map(SYSCTLS.map((row) => [row.name, row.default]));

/** The value of a sysctl. */
export function sysctl(net: Net, name: SysctlName): number {
  return net.changedSysctls.get(name) ?? DEFAULTS.get(name)!;
}
