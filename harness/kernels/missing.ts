import type { Kernel } from '../../spec/kernel.ts';
import type { ChangeId } from '../../spec/tables/changes.ts';
import { SYSCTLS, type Sysctl } from '../../spec/tables/sysctls.ts';
import { MachineError } from '../errors.ts';
import type { Plan } from '../play/plan.ts';
import type { Lack } from './installed-kernel.ts';
import { type WantedModule, wantedModules } from './module-table.ts';
import { needsOf } from './needs.ts';

/** A setting that no module stands for, and what is not possible without it. */
const wantedSettings: readonly Lack[] = [
  { what: 'CONFIG_NF_CONNTRACK_PROCFS', why: 'reading the connections of conntrack' },
];

const isBuiltIn = (config: string, setting: string): boolean =>
  new RegExp(`^${setting}=y$`, 'm').test(config);

/** Names of the modules that a kernel has, as files or built in, and the text of its configuration. */
interface Has {
  modules: ReadonlySet<string>;
  config: string;
}

const hasModule = ({ name, setting }: WantedModule, { modules, config }: Has): boolean =>
  modules.has(name) || isBuiltIn(config, setting);

/** Whether a kernel has the module, or the one that takes its part in kernels of another age. */
function covered(module: WantedModule, has: Has): boolean {
  const others = wantedModules.filter(
    ({ name, insteadOf }) => insteadOf === module.name || name === module.insteadOf,
  );
  return [module, ...others].some((each) => hasModule(each, has));
}

/**
 * What a kernel cannot do, of all that scenarios may need.
 * @throws MachineError when it could not even talk to us
 */
export function lacksOf(release: string, has: Has): Lack[] {
  const modules = wantedModules.filter((module) => !covered(module, has));
  const required = modules.filter((module) => module.required);
  if (required.length > 0) {
    const list = required.map((module) => `${module.name} (${module.why})`).join(', ');
    throw new MachineError(
      `kernel ${release} cannot be a director: it has neither built in nor as a module ${list}`,
    );
  }
  const settings = wantedSettings.filter(({ what }) => !isBuiltIn(has.config, what));
  return [...modules.map(({ name, why }) => ({ what: name, why })), ...settings];
}

/** Parameters of modules that are not files, as the kernel's command line takes them: "ip_vs.conn_tab_bits=8". */
export function builtInParameters(files: ReadonlySet<string>, has: Has): string[] {
  return wantedModules.flatMap((module) =>
    module.parameters !== undefined && !files.has(module.name) && hasModule(module, has)
      ? [`${module.name}.${module.parameters}`]
      : [],
  );
}

const lateSysctls = new Map<string, ChangeId>(
  (SYSCTLS as readonly Sysctl[]).flatMap(({ name, since }) => (since === undefined ? [] : [[name, since]])),
);

/** Sysctls that the plan sets and that are younger than the kernel. */
function missingSysctls({ config, steps }: Plan, kernel: Pick<Kernel, 'has'>): string[] {
  const set = steps.flatMap((step) =>
    step.kind === 'command' && step.command.tool === 'sysctl' ? [step.command.name] : [],
  );
  const missing = [...Object.keys(config.sysctls), ...set].filter((name) => {
    const since = lateSysctls.get(name);
    return since !== undefined && !kernel.has(since);
  });
  return [...new Set(missing)].map((name) => `sysctl ${name}`);
}

/** Why this kernel cannot play the plan, in one sentence; undefined when it has all that the plan needs. */
export function missingFor(
  plan: Plan,
  { kernel, lacks }: { readonly kernel: Kernel; readonly lacks: readonly Lack[] },
): string | undefined {
  const needs = needsOf(plan);
  const missing = [
    ...lacks.filter(({ what }) => needs.has(what)).map(({ what, why }) => `${what} (${why})`),
    ...missingSysctls(plan, kernel),
  ];
  return missing.length === 0 ? undefined : `kernel ${kernel.release} has no ${missing.join(', ')}`;
}
