import { type Finding, OUTCOME_KINDS, type OutcomeCounts, type Run } from '../harness/outcome.ts';
import { TWO_ARMED } from '../spec/config/topology.ts';
import type { Observation } from '../spec/observation.ts';
import { printEthernet } from '../spec/wire/ethernet.ts';
import { printIpv4Packet } from '../spec/wire/ipv4.ts';
import { printTcp, SYN } from '../spec/wire/tcp.ts';

/** For the writers' tests: a run with one of everything, and texts that no format likes. */
const MICROVM = { name: 'microvm:6.1', release: '6.1.0-56-cloud-amd64', version: '6.1.192-2', hz: 250 };

function counts(some: Partial<OutcomeCounts>): OutcomeCounts {
  return { ...(Object.fromEntries(OUTCOME_KINDS.map((kind) => [kind, 0])) as OutcomeCounts), ...some };
}

function frame(ttl: number, destination: number): Uint8Array {
  const header = {
    sourcePort: 1025,
    destinationPort: 80,
    seq: 0,
    ack: 0,
    flags: SYN,
    window: 64240,
    checksum: 0,
    urgent: 0,
    options: [],
  };
  const packet = printIpv4Packet({
    header: {
      tos: 0,
      id: 1,
      dontFragment: true,
      moreFragments: false,
      fragmentOffset: 0,
      ttl,
      protocol: 6,
      source: 0x0a000002,
      destination,
      options: new Uint8Array(0),
    },
    payload: printTcp({ header, payload: new Uint8Array(0) }),
  });
  return printEthernet({ destination: '0200d1000001', source: '0200c1000001', etherType: 0x800 }, packet);
}

function observed(jiffies: number, emitted: Observation['emitted']): Observation {
  return { jiffies, emitted, refused: false, services: [], connections: [], conntrack: [], counters: [] };
}

const FINDING: Finding = {
  number: 1,
  kind: 'mismatch',
  status: 'confirmed',
  claim: 'ipvs/masq',
  director: MICROVM,
  reference: 'model',
  origin: { seed: 1, index: 4 },
  indices: [4],
  scenario: {
    title: 'a <script> & "quotes"',
    director: { topology: TWO_ARMED, services: [], rules: { tables: [] }, sysctls: {} },
    flows: {},
    timeline: [],
  },
  scenarioText: 'title: a <script> & "quotes"\n',
  signature: 'frames ipv4.ttl',
  step: 1,
  differences: [
    {
      observable: 'frames',
      where: 'emitted frame 1 to server',
      field: 'ipv4.ttl',
      expected: '63',
      actual: '64',
    },
  ],
  steps: [
    { says: 'set-up', model: observed(1000, []), director: observed(1000, []), trace: [] },
    {
      says: 'f1 client > S 0:0(0) win 64240',
      sent: { link: 'client', frame: frame(64, 0x0a000064) },
      model: observed(1001, [{ link: 'server', frame: frame(63, 0xc0a8010b) }]),
      director: observed(1001, [{ link: 'server', frame: frame(64, 0xc0a8010b) }]),
      trace: [
        {
          hook: 'NF_INET_LOCAL_IN',
          station: 'ip_vs_in_hook',
          verdict: 'NF_STOLEN',
          why: 'The service takes it.',
        },
      ],
    },
  ],
  headline: 'emitted frame 1 to server, field ipv4.ttl: expected 63, microvm:6.1 sent 64',
  shrunk: { attempts: 12, itemsBefore: 9, itemsAfter: 1, complete: true },
  console: '',
};

export const SAMPLE_RUN: Run = {
  schemaVersion: 1,
  version: '0.1.0',
  complete: true,
  summary: {
    scenarios: 1200,
    steps: 24000,
    packets: 18000,
    outcomes: counts({ agree: 1193, mismatch: 3, 'infra-error': 1, unsupported: 3 }),
    wallSeconds: 12.34,
    seed: 1,
    directors: [MICROVM],
    reference: 'model',
  },
  claims: [
    {
      claim: 'ipvs/masq',
      says: 'Rewrites <addresses>.',
      director: MICROVM.name,
      outcomes: counts({ agree: 597, mismatch: 3 }),
      findings: { 1: 3 },
    },
    {
      claim: 'ipvs/droute',
      says: 'Hands on.',
      director: MICROVM.name,
      outcomes: counts({ agree: 596, 'infra-error': 1 }),
      findings: {},
    },
    {
      claim: 'filter/reject',
      says: 'Answers.',
      director: MICROVM.name,
      outcomes: counts({ unsupported: 3 }),
      findings: {},
    },
    {
      claim: 'ipvs/edits',
      says: 'Does.',
      director: MICROVM.name,
      outcomes: counts({ 'known-difference': 2 }),
      findings: {},
    },
  ],
  coverage: [
    {
      director: MICROVM.name,
      summary: { reached: 1, reachable: 2 },
      tables: [
        {
          id: 'schedulers',
          says: 'Which scheduler was asked, and whether it found a dest.',
          axes: [
            { name: 'scheduler', values: ['rr'] },
            { name: 'answer', values: ['dest', 'none'] },
          ],
          cells: [
            { at: ['rr', 'dest'], scenarios: 12 },
            { at: ['rr', 'none'], scenarios: 0 },
          ],
        },
      ],
    },
  ],
  findings: [FINDING],
  occurrences: { 1: 3 },
  undecided: [
    {
      kind: 'infra-error',
      director: MICROVM.name,
      claim: 'ipvs/droute',
      index: 5,
      what: 'QEMU was killed',
      console: 'last \u001b[31mwords\u0000',
      occurrences: 1,
    },
    {
      kind: 'unsupported',
      director: MICROVM.name,
      claim: 'filter/reject',
      index: 7,
      what: 'the kernel has no ipt_REJECT',
      console: '',
      occurrences: 3,
    },
  ],
  knownDifferences: [{ id: 'one', occurrences: 2 }],
};
