import type { Lack } from '../../kernels/installed-kernel.ts';
import { wantedModules } from '../../kernels/module-table.ts';
import { IP_VS_FILE } from '../../observe/ip-vs.ts';
import { NF_CONNTRACK_FILE } from '../../observe/nf-conntrack.ts';
import { type AgentScenario, type Answer, decodeExec, type Op } from '../agent-protocol.ts';
import { WireReader } from '../agent-wire.ts';

/** Something that a kernel may lack, and an operation that works where it does not. */
export interface Trial {
  /** As in `wantedModules`. */
  readonly what: string;
  readonly op: Op;
}

const TRIAL_LIMIT_MS = 10_000;

const exec = (argv: readonly string[], stdin = ''): Op => ({
  op: 'exec',
  argv,
  stdin,
  limitMs: TRIAL_LIMIT_MS,
});

const file = (what: string, path: string): Trial => ({ what, op: { op: 'readFile', path } });

/** One rule in a table that has no others. */
const rule = (what: string, table: string, words: string): Trial => ({
  what,
  op: exec(['iptables-legacy-restore'], `*${table}\n${words}\nCOMMIT\n`),
});

const table = (name: string): Trial => rule(`iptable_${name}`, name, '');
const match = (what: string, words: string): Trial => rule(what, 'filter', `-A INPUT ${words}`);

const SCHEDULERS = wantedModules.flatMap(({ name, why }) => {
  const [, scheduler] = /^scheduler (\w+)$/.exec(why) ?? [];
  return scheduler === undefined ? [] : [{ name, scheduler }];
});

/** In this order, in one network namespace. A kernel loads what it has as a module when it is asked for. */
export const TRIALS: readonly Trial[] = [
  file('ip_vs', IP_VS_FILE),
  file('nf_conntrack', NF_CONNTRACK_FILE),
  file('CONFIG_NF_CONNTRACK_PROCFS', NF_CONNTRACK_FILE),
  ...['filter', 'mangle', 'raw', 'nat'].map(table),
  match('ip_tables', ''),
  match('xt_tcpudp', '-p tcp --dport 80'),
  match('xt_conntrack', '-m conntrack --ctstate NEW'),
  match('xt_multiport', '-p tcp -m multiport --dports 80,81'),
  match('xt_mark', '-m mark --mark 1'),
  match('xt_connmark', '-m connmark --mark 1'),
  match('xt_ipvs', '-m ipvs --ipvs'),
  match('xt_comment', '-m comment --comment x'),
  match('xt_length', '-m length --length 40'),
  match('xt_hl', '-m ttl --ttl-eq 1'),
  match('xt_iprange', '-m iprange --src-range 10.0.0.1-10.0.0.2'),
  match('ipt_REJECT', '-j REJECT'),
  match('nf_reject_ipv4', '-j REJECT'),
  match('xt_LOG', '-j LOG'),
  rule('xt_CT', 'raw', '-A PREROUTING -j CT --notrack'),
  rule('nf_nat', 'nat', ''),
  rule('xt_nat', 'nat', '-A POSTROUTING -j SNAT --to-source 10.0.0.1'),
  rule('xt_MASQUERADE', 'nat', '-A POSTROUTING -j MASQUERADE'),
  rule('xt_REDIRECT', 'nat', '-A PREROUTING -p tcp -j REDIRECT --to-ports 80'),
  ...SCHEDULERS.map(
    ({ name, scheduler }, index): Trial => ({
      what: name,
      op: exec(['ipvsadm', '-A', '-t', `10.0.0.1:${index + 1}`, '-s', scheduler]),
    }),
  ),
];

const VERSION: Op = { op: 'readFile', path: '/proc/version' };

/** All trials as one scenario: what a host's kernel is, and what it cannot do. */
export const HOST_QUESTIONS: AgentScenario = {
  setup: [{ op: 'netns' }, VERSION, ...TRIALS.map(({ op }) => op)],
  observe: [],
  steps: [],
};

export interface HostAnswers {
  /** "Linux version 6.1.0-56-cloud-amd64 (…) #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-…)" */
  readonly version: string;
  readonly lacks: readonly Lack[];
  /** Programs that the image does not have. */
  readonly missing: readonly string[];
}

const ENOENT = 2;

const works = ({ op }: Trial, answer: Answer): boolean =>
  answer.errno === 0 && (op.op !== 'exec' || decodeExec(answer).code === 0);

/** @param setup the answers to HOST_QUESTIONS */
export function hostAnswers(setup: readonly Answer[]): HostAnswers {
  const [, version, ...answers] = setup;
  const failed = TRIALS.filter((trial, index) => !works(trial, answers[index]!));
  const unknown = TRIALS.flatMap(({ op }, index) =>
    op.op === 'exec' && answers[index]!.errno === ENOENT ? [op.argv[0]!] : [],
  );
  return {
    version: new WireReader(version!.data).bytes().toString().trim(),
    lacks: withoutParts(failed.map(({ what }) => ({ what, why: whyOf(what) }))),
    missing: [...new Set(unknown)],
  };
}

function whyOf(what: string): string {
  return wantedModules.find(({ name }) => name === what)?.why ?? 'reading the connections of conntrack';
}

/** Where there is no IPVS, nobody needs to be told of its schedulers. */
function withoutParts(lacks: readonly Lack[]): readonly Lack[] {
  const noIpvs = lacks.some(({ what }) => what === 'ip_vs');
  return noIpvs ? lacks.filter(({ what }) => !what.startsWith('ip_vs_')) : lacks;
}
