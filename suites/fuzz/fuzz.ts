import { InputError } from '../../harness/errors.ts';
import { damagedText, type Random, randomOf } from './damage.ts';
import { TARGETS, type Target } from './targets.ts';

/** What came of many damaged inputs of one kind. */
export interface Fuzzed {
  readonly name: string;
  readonly runs: number;
  /** Read in spite of the damage. */
  readonly read: number;
  /** Answers that no input may get, with the input. */
  readonly faults: readonly { readonly why: string; readonly input: string }[];
  readonly slowestMs: number;
  /** The most memory that another process had, which reads them. */
  readonly peakBytes?: number;
}

/** What no input may make its readers take. By the clock an answer may be longer: others compute too. */
export interface Limits {
  /** Of the processor, of all processes together. */
  readonly ms: number;
  /** Of memory, of each process. */
  readonly bytes: number;
}

export const LIMITS: Limits = { ms: 5_000, bytes: 512 * 1024 * 1024 };

/** How long this process has computed. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
/** A message that can be read. */
const LONGEST_MESSAGE = 4_000;

/** Damages texts of every kind and has them read. */
export function fuzzTexts(runs: number, seed: number): Fuzzed[] {
  return TARGETS.map((target) => fuzzText(target, runs, randomOf(seed)));
}

function fuzzText({ name, whole, read }: Target, runs: number, random: Random): Fuzzed {
  const faults: { why: string; input: string }[] = [];
  let [done, slowestMs] = [0, 0];
  for (let run = 0; run < runs; run++) {
    const input = damagedText(whole, random);
    const start = cpuMs();
    const why = faultOf(() => read(input, 'dir/x'), 'dir/x');
    const ms = cpuMs() - start;
    slowestMs = Math.max(slowestMs, ms);
    if (why === undefined) done += 1;
    else if (why !== 'refused') faults.push({ why, input: input.slice(0, 2000) });
    if (ms > LIMITS.ms)
      faults.push({ why: `took ${Math.round(ms)} ms of the processor`, input: input.slice(0, 2000) });
  }
  return { name, runs, read: done, faults, slowestMs };
}

function faultOf(read: () => unknown, file: string): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    return complaintFault(error, file) ?? 'refused';
  }
}

/** What is wrong with a complaint: it is none, or does not say in one line where it belongs. */
export function complaintFault(error: unknown, file: string): string | undefined {
  if (!(error instanceof InputError))
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const { message } = error;
  if (message.length > LONGEST_MESSAGE) return `a complaint of ${message.length} characters`;
  return message.startsWith(file) || message.startsWith('step ') ? undefined : `names no place: ${message}`;
}
