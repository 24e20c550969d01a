import { describe, expect, it } from 'vitest';
import type { AdminCommand } from '../../spec/config/commands.ts';
import type { Dest, ServiceKey } from '../../spec/config/services.ts';
import { DROP, filterTable } from '../rules/write.ts';
import { type AdminState, afterCommand } from './admin-state.ts';

const service: ServiceKey = { protocol: 'tcp', address: 1, port: 80 };
const dest: Dest = { address: 2, port: 80, forward: 'masq', weight: 1 };
const rule = { matches: [], target: DROP };
const filter = { tool: 'iptables', table: 'filter' } as const;

const STATE: AdminState = {
  services: [{ ...service, scheduler: 'rr', dests: [dest] }],
  sysctls: {},
  chains: filterTable({ INPUT: [rule] }, {}, [{ name: 'user', rules: [] }]).tables[0]!.chains.map(
    (chain) => ({
      ...chain,
      table: 'filter' as const,
    }),
  ),
};

describe('afterCommand', () => {
  it.each<[string, AdminCommand]>([
    ['a service that is there', { tool: 'ipvsadm', op: 'add-service', service, scheduler: 'rr' }],
    ['no such service', { tool: 'ipvsadm', op: 'delete-service', service: { ...service, port: 81 } }],
    ['a dest that is there', { tool: 'ipvsadm', op: 'add-dest', service, dest }],
    ['no such dest', { tool: 'ipvsadm', op: 'delete-dest', service, dest: { address: 2, port: 81 } }],
    [
      '-g to another port',
      { tool: 'ipvsadm', op: 'add-dest', service, dest: { ...dest, port: 81, forward: 'droute' } },
    ],
    ['no such chain', { ...filter, op: 'append', chain: 'nowhere', rule }],
    ['a place beyond the chain', { ...filter, op: 'insert', chain: 'INPUT', position: 3, rule }],
    ['no such rule', { ...filter, op: 'delete', chain: 'INPUT', position: 2 }],
    ['a policy of a user chain', { ...filter, op: 'policy', chain: 'user', policy: 'DROP' }],
  ])('should refuse %s', (_, command) => {
    expect(afterCommand(STATE, command)).toBeUndefined();
  });

  it('should take a dest away and back', () => {
    const without = afterCommand(STATE, { tool: 'ipvsadm', op: 'delete-dest', service, dest });
    const back = without && afterCommand(without, { tool: 'ipvsadm', op: 'add-dest', service, dest });

    expect(without?.services[0]?.dests).toEqual([]);
    expect(back).toEqual(STATE);
  });

  it('should insert behind the last rule', () => {
    const after = afterCommand(STATE, { ...filter, op: 'insert', chain: 'INPUT', position: 2, rule });

    expect(after?.chains[0]?.rules).toEqual([rule, rule]);
  });
});
