import { describe, expect, it } from 'vitest';
import type { DirectorConfig } from '../../spec/config/director-config.ts';
import { parseRuleset } from '../../spec/config/ruleset-parse.ts';
import { kernelOf } from '../../spec/kernel.ts';
import type { Plan } from '../play/plan.ts';
import { builtInParameters, lacksOf, missingFor } from './missing.ts';
import { wantedModules } from './module-table.ts';

const config = 'CONFIG_NF_CONNTRACK_PROCFS=y\n';

/** A kernel with everything but these. */
const without = (...names: string[]) => ({
  modules: new Set(wantedModules.map(({ name }) => name).filter((name) => !names.includes(name))),
  config,
});

const kernel = kernelOf({ release: '6.1.0-x', version: '6.1.192-2', hz: 250 });
const lacking = (...names: string[]) => ({
  kernel,
  lacks: lacksOf('6.1.0-x', without(...names)),
});

describe('what a kernel lacks', () => {
  it('is nothing when it has all modules', () => expect(lacksOf('6.1.0-x', without())).toEqual([]));

  it('is named, with what it is for', () => {
    expect(lacking('nf_conntrack_ftp', 'iptable_filter').lacks).toEqual([
      { what: 'nf_conntrack_ftp', why: 'FTP helper' },
      { what: 'iptable_filter', why: 'legacy iptables table filter' },
    ]);
  });

  it('is not what is built in, whether or not the list of built-in modules says so', () => {
    const has = {
      ...without('nfnetlink', 'ip_vs'),
      config: `${config}CONFIG_NETFILTER_NETLINK=y\nCONFIG_IP_VS=m\n`,
    };
    expect(lacksOf('7.3.4', has).map(({ what }) => what)).toEqual(['ip_vs']);
  });

  it('is not a module whose part another one plays in kernels of another age', () => {
    expect(lacking('nf_log_ipv4').lacks).toEqual([]);
    expect(lacking('nf_log_syslog').lacks).toEqual([]);
    expect(lacking('nf_log_syslog', 'nf_log_ipv4').lacks).toHaveLength(2);
  });

  it('can be a setting without a module', () => {
    const lacks = lacksOf('6.1.0-x', { ...without(), config: '# CONFIG_NF_CONNTRACK_PROCFS is not set\n' });
    expect(lacks).toEqual([
      { what: 'CONFIG_NF_CONNTRACK_PROCFS', why: 'reading the connections of conntrack' },
    ]);
  });

  it('may be so much that there is no talking to it', () => {
    expect(() => lacking('tun')).toThrow(/cannot be a director: .* tun \(TAP devices/);
  });
});

it('gives built-in modules their parameters on the command line', () => {
  const files = new Set(['nf_conntrack', 'dummy']);
  const has = { ...without('ip_vs'), config: `${config}CONFIG_IP_VS=y\n` };
  expect(builtInParameters(files, has)).toEqual(['ip_vs.conn_tab_bits=8']);
  expect(builtInParameters(files, without('ip_vs'))).toEqual([]);
});

const empty: DirectorConfig = {
  topology: { links: [], hosts: [], vips: [] } as unknown as DirectorConfig['topology'],
  services: [],
  rules: { tables: [] },
  sysctls: {},
};

const plan = (changes: Partial<DirectorConfig>, steps: Plan['steps'] = []): Plan => ({
  config: { ...empty, ...changes },
  steps,
});

const rules = (text: string): DirectorConfig['rules'] => parseRuleset(`*filter\n${text}\nCOMMIT\n`);

/** A packet of that protocol arrives. */
function wrapped(protocol: number): Plan['steps'][number] {
  const frame = new Uint8Array(34);
  frame.set([0x08, 0x00, 0x45], 12);
  frame[23] = protocol;
  return { kind: 'frame', link: 'client', frame };
}

describe('a plan cannot be played', () => {
  const service = { protocol: 'tcp', address: 1, port: 80, scheduler: 'wlc', dests: [] } as const;

  it('by iptables-nft on a kernel without nft_compat, nor by iptables-legacy without its tables', () => {
    const kernels = [lacking('nft_compat'), lacking('iptable_filter')];
    const given = { rules: rules('-A INPUT -j DROP') };
    expect(kernels.map((each) => missingFor(plan({ ...given, iptables: 'nft' }), each))).toEqual([
      expect.stringContaining('nft_compat (iptables-nft: legacy matches and targets in nf_tables)'),
      undefined,
    ]);
    expect(kernels.map((each) => missingFor(plan(given), each))).toEqual([
      undefined,
      expect.stringContaining('iptable_filter'),
    ]);
  });

  it.each([
    ['without IPVS', plan({ services: [service] }), 'ip_vs', 'ip_vs (IPVS, the subject)'],
    [
      'without IPVS, of which it sets a sysctl',
      plan({ sysctls: { 'net.ipv4.vs.conntrack': 1 } }),
      'ip_vs',
      'ip_vs (IPVS, the subject)',
    ],
    ['without its scheduler', plan({ services: [service] }), 'ip_vs_wlc', 'ip_vs_wlc (scheduler wlc)'],
    [
      'without its FTP, where a connection may be one',
      plan({ services: [{ ...service, port: 21 }] }),
      'ip_vs_ftp',
      'ip_vs_ftp (FTP through a virtual service)',
    ],
    [
      'without legacy iptables',
      plan({ rules: rules('-A INPUT -j ACCEPT') }),
      'ip_tables',
      'ip_tables (legacy iptables)',
    ],
    [
      'without a match of its rules',
      plan({ rules: rules('-A INPUT -m state --state NEW -j DROP') }),
      'xt_conntrack',
      'xt_conntrack (iptables match conntrack)',
    ],
    [
      'without a target of its rules',
      plan({ rules: rules('-A INPUT -p tcp -j REJECT') }),
      'ipt_REJECT',
      'ipt_REJECT (iptables target REJECT)',
    ],
    [
      'without IPIP, by which a packet comes to it',
      plan({}, [wrapped(4)]),
      'ipip',
      'ipip (LVS-TUN: the tunnel at the real server, and decapsulation at a director)',
    ],
    [
      'without GRE, by which a packet comes to it',
      plan({}, [wrapped(47)]),
      'ip_gre',
      'ip_gre (LVS-TUN with GRE)',
    ],
  ])('%s', (_, wanting, module, says) => {
    expect(missingFor(wanting, lacking(module))).toBe(`kernel 6.1.0-x has no ${says}`);
  });

  it('but other packets need no tunnels', () => {
    expect(missingFor(plan({}, [wrapped(50)]), lacking('ipip', 'ip_gre'))).toBeUndefined();
  });

  it('but a service for another port is as good without FTP', () => {
    expect(missingFor(plan({ services: [service] }), lacking('ip_vs_ftp'))).toBeUndefined();
  });

  it('but one without services is as good without IPVS', () => {
    expect(missingFor(plan({}), lacking('ip_vs'))).toBeUndefined();
  });

  it('without what a command in its course needs', () => {
    const rule = rules('-A INPUT -m mark --mark 1 -j ACCEPT').tables[0]!.chains[0]!.rules[0]!;
    const command = { tool: 'iptables', op: 'append', table: 'filter', chain: 'INPUT', rule } as const;
    const wanting = plan({}, [{ kind: 'command', command }]);
    expect(missingFor(wanting, lacking('xt_mark', 'iptable_filter'))).toContain('iptable_filter (');
    expect(missingFor(wanting, lacking('xt_mark'))).toContain('xt_mark (');
  });
});

describe('a sysctl that is younger than the kernel', () => {
  const name = 'net.netfilter.nf_conntrack_tcp_ignore_invalid_rst';
  const old = { kernel: kernelOf({ release: '5.10.0-x', version: '5.10.262-1', hz: 250 }), lacks: [] };
  const command = { tool: 'sysctl', name, value: 1 } as const;

  it.each([
    ['in the configuration', plan({ sysctls: { [name]: 1 } })],
    ['in the course of the plan', plan({}, [{ kind: 'command', command }])],
  ])('cannot be set %s', (_, wanting) => {
    expect(missingFor(wanting, old)).toBe(`kernel 5.10.0-x has no sysctl ${name}`);
    expect(missingFor(wanting, lacking())).toBeUndefined();
  });
});

it('is played although the kernel lacks what it does not need', () => {
  const without = lacking('ip_vs_wlc', 'ip_tables', 'nf_conntrack_ftp', 'ipt_REJECT');
  expect(missingFor(plan({}), without)).toBeUndefined();
});
