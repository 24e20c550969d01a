import { TABLE_NAMES } from '../../../spec/config/rules.ts';
import type { Lack } from '../../kernels/installed-kernel.ts';
import { wantedModules } from '../../kernels/module-table.ts';
import { NEEDED } from '../../kernels/needs.ts';
import { IP_VS_FILE } from '../../observe/ip-vs.ts';
import { NF_CONNTRACK_FILE } from '../../observe/nf-conntrack.ts';
import { type AgentScenario, type Answer, decodeExec, type Op } from '../agent-protocol.ts';
import { WireReader } from '../agent-wire.ts';
import { MATCH_WORDS, TARGET_WORDS } from './sample-rules.ts';

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
const rule = (what: string, table: string, words: string, tool = 'iptables-legacy'): Trial => ({
  what,
  op: exec([`${tool}-restore`], `*${table}\n${words}\nCOMMIT\n`),
});

const isNft = (what: string): boolean => what.startsWith('nft_') || what === 'nf_tables';

/** A rule that needs all of these, by the tool for which each is there. */
const needing = (names: readonly string[], table: string, words: string): Trial[] =>
  names.map((what) => rule(what, table, words, isNft(what) ? 'iptables-nft' : 'iptables-legacy'));

const tables = TABLE_NAMES.flatMap((name) => needing(NEEDED.table[name], name, ''));

const matches = Object.entries(MATCH_WORDS).flatMap(([kind, words]) =>
  needing(NEEDED.match[kind as keyof typeof MATCH_WORDS], 'filter', `-A INPUT ${words}`),
);

const targets = Object.entries(TARGET_WORDS).flatMap(([kind, { table, words }]) =>
  needing(NEEDED.target[kind as keyof typeof TARGET_WORDS], table, words),
);

const nft = [
  ...needing(NEEDED.nft, 'filter', `-A INPUT ${MATCH_WORDS.ttl}`),
  ...needing(NEEDED.nftNat, 'nat', TARGET_WORDS.SNAT.words),
];

const SCHEDULERS = wantedModules.flatMap(({ name, why }) => {
  const [, scheduler] = /^scheduler (\w+)$/.exec(why) ?? [];
  return scheduler === undefined ? [] : [{ name, scheduler }];
});

/** In this order, in one network namespace. A kernel loads what it has as a module when it is asked for. */
export const TRIALS: readonly Trial[] = [
  file('ip_vs', IP_VS_FILE),
  file('nf_conntrack', NF_CONNTRACK_FILE),
  file('CONFIG_NF_CONNTRACK_PROCFS', NF_CONNTRACK_FILE),
  ...tables,
  ...matches,
  ...targets,
  ...nft,
  ...NEEDED.conntrackProgram.map((what) => ({ what, op: exec(['conntrack', '-F']) })),
  rule('nf_conntrack_ftp', 'raw', '-A PREROUTING -p tcp -j CT --helper ftp'),
  // No operation of ours makes a kernel load these; who has them built in is taken to lack them.
  ...['nf_nat_ftp', 'ip_vs_ftp'].map((name) => file(name, `/sys/module/${name}/initstate`)),
  // What answers of IPIP is what it is built on; nothing of ours loads that either.
  file('ipip', '/sys/module/tunnel4/initstate'),
  file('ip_gre', '/sys/module/ip_gre/initstate'),
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
  const failed = TRIALS.filter((trial, index) => !works(trial, answers[index]!)).map(({ what }) => what);
  const unknown = TRIALS.flatMap(({ op }, index) =>
    op.op === 'exec' && answers[index]!.errno === ENOENT ? [op.argv[0]!] : [],
  );
  return {
    version: new WireReader(version!.data).bytes().toString().trim(),
    lacks: withoutParts([...new Set(failed)].map((what) => ({ what, why: whyOf(what) }))),
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
