import type { AdminCommand, IptablesCommand, IpvsadmCommand } from '../../spec/config/commands.ts';
import type { DirectorConfig } from '../../spec/config/director-config.ts';
import { BUILT_IN_CHAINS, type Chain, type TableName } from '../../spec/config/rules.ts';
import { isSameService, keepsPort, settingsOf, type VirtualService } from '../../spec/config/services.ts';

/**
 * What the administrator has set so far, as far as it decides which commands the tools take: ipvsadm refuses what
 * is there already or is not there, iptables what lies beyond a chain's end.
 */
export interface AdminState {
  readonly services: readonly VirtualService[];
  /** Of all tables that there are. */
  readonly chains: readonly TableChain[];
  /** Those that are not as they come. */
  readonly sysctls: DirectorConfig['sysctls'];
}

export interface TableChain extends Chain {
  readonly table: TableName;
}

export function adminState(config: DirectorConfig): AdminState {
  return {
    services: config.services,
    chains: config.rules.tables.flatMap(({ name: table, chains }) =>
      chains.map((chain) => ({ ...chain, table })),
    ),
    sysctls: config.sysctls,
  };
}

/** The state after the command; undefined when the tool refuses it. */
export function afterCommand(state: AdminState, command: AdminCommand): AdminState | undefined {
  switch (command.tool) {
    case 'conntrack':
      return state;
    case 'sysctl':
      return { ...state, sysctls: { ...state.sysctls, [command.name]: command.value } };
    case 'ipvsadm': {
      const services = afterIpvsadm(state.services, command);
      return services && { ...state, services };
    }
    case 'iptables': {
      const chain = state.chains.find(({ name, table }) => name === command.chain && table === command.table);
      const changed = chain && afterIptables(chain, command);
      return changed && { ...state, chains: state.chains.map((one) => (one === chain ? changed : one)) };
    }
  }
}

function at<T extends { readonly address: number; readonly port: number }>(
  list: readonly T[],
  { address, port }: { readonly address: number; readonly port: number },
): number {
  return list.findIndex((one) => one.address === address && one.port === port);
}

function afterIpvsadm(
  services: readonly VirtualService[],
  command: IpvsadmCommand,
): readonly VirtualService[] | undefined {
  if (command.op === 'set-timeouts') return services;
  const { service: key } = command;
  if (key === undefined) return services;
  const index = services.findIndex((one) => isSameService(one, key));
  const service = services[index];
  if (command.op === 'add-service') {
    return service ? undefined : [...services, { ...command.service, ...settingsOf(command), dests: [] }];
  }
  if (!service) return undefined;
  if (command.op === 'zero') return services;
  if (command.op === 'delete-service') return services.toSpliced(index, 1);
  if ('dest' in command) {
    const dests = afterDestCommand(service, command);
    return dests && services.with(index, { ...service, dests });
  }
  const { dests } = service;
  return services.with(index, { ...command.service, ...settingsOf(command), dests });
}

type DestCommand = Extract<IpvsadmCommand, { readonly dest: unknown }>;

function afterDestCommand(
  { protocol, port, dests }: VirtualService,
  command: DestCommand,
): VirtualService['dests'] | undefined {
  const index = at(dests, command.dest);
  if (command.op === 'delete-dest') return index < 0 ? undefined : dests.toSpliced(index, 1);
  const { upperThreshold: upper = 0, lowerThreshold: lower = 0 } = command.dest;
  const fixed = keepsPort(command.dest.forward) && protocol !== 'fwm';
  if (fixed && command.dest.port !== port) return undefined;
  // ipvsadm sends such a dest off, and the kernel refuses it: nothing changes.
  if (lower > upper) return dests;
  if (command.op === 'add-dest') return index < 0 ? [...dests, command.dest] : undefined;
  return index < 0 ? undefined : dests.with(index, command.dest);
}

function afterIptables(chain: TableChain, command: IptablesCommand): TableChain | undefined {
  const { rules } = chain;
  switch (command.op) {
    case 'append':
      return { ...chain, rules: [...rules, command.rule] };
    case 'flush':
      return { ...chain, rules: [] };
    case 'policy':
      if (!BUILT_IN_CHAINS[command.table].includes(chain.name)) return undefined;
      return command.table === 'nat' && command.policy === 'DROP'
        ? undefined
        : { ...chain, policy: command.policy };
    case 'insert':
      if (command.position > rules.length + 1) return undefined;
      return { ...chain, rules: rules.toSpliced(command.position - 1, 0, command.rule) };
    case 'replace':
      if (command.position > rules.length) return undefined;
      return { ...chain, rules: rules.with(command.position - 1, command.rule) };
    case 'delete':
      if (command.position > rules.length) return undefined;
      return { ...chain, rules: rules.toSpliced(command.position - 1, 1) };
  }
}
