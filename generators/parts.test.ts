import { describe } from 'vitest';
import { SYSCTLS } from '../spec/tables/sysctls.ts';
import { clientAddress, clientPort, servicePort, vip } from './addresses.ts';
import { EVEN } from './bias.ts';
import { directorConfig } from './config.ts';
import { tcpStory } from './flows/tcp.ts';
import { rulesetProblems } from './grammar/iptables.ts';
import { serviceProblems } from './grammar/ipvsadm.ts';
import { segmentProblems } from './grammar/segment.ts';
import { ruleset } from './rules.ts';
import { services } from './services.ts';
import { SIZES } from './sizes.ts';
import { sysctls } from './sysctls.ts';
import { passesTheFourChecks } from './testing/arbitrary-checks.ts';
import { wait } from './waits.ts';

const size = SIZES.standard;

describe('clientAddress', () => passesTheFourChecks(() => clientAddress));
describe('clientPort', () =>
  passesTheFourChecks(() => clientPort, { problems: portProblems, field: 'port' }));
describe('servicePort', () =>
  passesTheFourChecks(() => servicePort, { problems: portProblems, field: 'port' }));
describe('vip', () => passesTheFourChecks(() => vip));
describe('services', () => passesTheFourChecks(() => services(EVEN, size), { problems: serviceProblems }));
describe('ruleset', () =>
  passesTheFourChecks(() => ruleset(EVEN, size), { problems: rulesetProblems, numRuns: 500 }));
describe('sysctls', () => passesTheFourChecks(() => sysctls(EVEN), { problems: sysctlProblems }));
describe('wait', () => passesTheFourChecks(() => wait(EVEN), { problems: waitProblems, field: 'ms' }));

describe('directorConfig', () =>
  passesTheFourChecks(() => directorConfig(EVEN, size), {
    problems: ({ services, rules, sysctls }) => [
      ...serviceProblems(services),
      ...rulesetProblems(rules),
      ...sysctlProblems(sysctls),
    ],
  }));

describe('tcpStory', () =>
  passesTheFourChecks(() => tcpStory(EVEN, size), {
    problems: ({ segments }) => segments.flatMap((segment) => segmentProblems(segment, { flow: ANY_FLOW })),
  }));

const ANY_FLOW = {
  client: { address: 1, port: 1 },
  service: { address: 2, port: 2 },
  isn: { client: 0, server: 0 },
};

function portProblems(port: number): readonly string[] {
  return port >= 1 && port <= 65535 ? [] : [`port ${port}`];
}

function sysctlProblems(values: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(values)
    .filter(([name, value]) => {
      const known = SYSCTLS.find((row) => row.name === name);
      return !known || value < known.min || value > known.max;
    })
    .map(([name, value]) => `${name} = ${value}`);
}

function waitProblems(ms: number): readonly string[] {
  return Number.isInteger(ms) && ms >= 1 && ms <= 1_200_000 ? [] : [`${ms} ms`];
}
