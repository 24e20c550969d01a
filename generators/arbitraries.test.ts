import { describe, expect, it } from 'vitest';
import type { PacketItem } from '../spec/scenario.ts';
import { SYSCTLS } from '../spec/tables/sysctls.ts';
import { clientAddress, clientPort, servicePort, vip } from './addresses.ts';
import { EVEN } from './bias.ts';
import { directorConfig } from './config.ts';
import { tcpStory } from './flows/tcp.ts';
import { rulesetProblems } from './grammar/iptables.ts';
import { serviceProblems } from './grammar/ipvsadm.ts';
import { packetProblems } from './grammar/packet.ts';
import { problemsOf } from './grammar/playable.ts';
import { ruleset } from './rules.ts';
import { scenario } from './scenario.ts';
import { services } from './services.ts';
import { SIZES } from './sizes.ts';
import { sysctls } from './sysctls.ts';
import { FOUR_CHECKS, subject } from './testing/arbitrary-checks.ts';
import { wait } from './waits.ts';

const size = SIZES.standard;

const ARBITRARIES = {
  clientAddress: subject(clientAddress, { problems: addressProblems }),
  vip: subject(vip, { problems: addressProblems }),
  clientPort: subject(clientPort, { problems: portProblems, field: 'port' }),
  servicePort: subject(servicePort, { problems: portProblems, field: 'port' }),
  wait: subject(wait(EVEN), { problems: waitProblems, field: 'ms' }),
  sysctls: subject(sysctls({ ...EVEN, sysctls: 50 }), { problems: sysctlProblems }),
  services: subject(services(EVEN, size), { problems: serviceProblems }),
  ruleset: subject(ruleset({ ...EVEN, rules: 100 }, size), { problems: rulesetProblems }),
  directorConfig: subject(directorConfig(EVEN, size), {
    problems: ({ services, rules, sysctls }) => [
      ...serviceProblems(services),
      ...rulesetProblems(rules),
      ...sysctlProblems(sysctls),
    ],
  }),
  tcpStory: subject(tcpStory(EVEN, size), { problems: ({ packets }) => storyProblems(packets) }),
  scenario: subject(scenario(), { problems: problemsOf }),
};

describe.each(Object.entries(ARBITRARIES))('%s', (_, { check: checked }) => {
  it.each(FOUR_CHECKS)('should %s', (_, check) => {
    expect(checked(check)).toEqual([]);
  });
});

function addressProblems(address: number): readonly string[] {
  return address > 0 && address < 2 ** 32 ? [] : [`address ${address}`];
}

function portProblems(port: number): readonly string[] {
  return port >= 1 && port <= 65535 ? [] : [`port ${port}`];
}

function waitProblems(ms: number): readonly string[] {
  return Number.isInteger(ms) && ms >= 1 && ms <= 1_920_000 ? [] : [`${ms} ms`];
}

function sysctlProblems(values: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(values)
    .filter(([name, value]) => {
      const known = SYSCTLS.find((row) => row.name === name);
      return !known || value < known.min || value > known.max;
    })
    .map(([name, value]) => `${name} = ${value}`);
}

function storyProblems(packets: readonly PacketItem[]): readonly string[] {
  const nowhere = { address: 1, port: 1 };
  const flow = { protocol: 'tcp' as const, client: nowhere, service: nowhere, isn: { client: 0, server: 0 } };
  return packets.flatMap((packet) => packetProblems(packet, { flow }));
}
