import { constants } from 'node:os';
import type { DirectorConfig } from '../../spec/config/director-config.ts';
import type { TableName } from '../../spec/config/rules.ts';
import type { Topology } from '../../spec/config/topology.ts';
import type { CounterRow, Emitted, Observation } from '../../spec/observation.ts';
import {
  type Answer,
  decodeExec,
  type ScenarioTranscript,
  type StepTranscript,
} from '../directors/agent-protocol.ts';
import { announces, granuleOf, isInTwo, setupOps, tablesBySteps } from '../directors/agent-scenario.ts';
import { WireReader } from '../directors/agent-wire.ts';
import { checkAcknowledged } from '../directors/rtnetlink.ts';
import { MachineError } from '../errors.ts';
import type { Plan } from '../play/plan.ts';
import { parseIpVs } from './ip-vs.ts';
import { parseIpVsConn } from './ip-vs-conn.ts';
import { parseIptEntries } from './ipt-entries.ts';
import { Late } from './late.ts';
import { parseNfConntrack } from './nf-conntrack.ts';
import { parseNfConntrackExpect } from './nf-conntrack-expect.ts';
import { parseNftChains, parseNftRules } from './nft-counters.ts';

/** The agent's answers about one plan -> Observations. Throws a MachineError at anything unexpected. */

/** A file that is not there. */
const ENOENT = 2;

/**
 * Remembers the last answer's rows: an unchanged answer is the same object, and need not be read again. The errno
 * `absent` means that there are none.
 */
function remembering<Row>(
  parse: (data: Buffer) => readonly Row[],
  absent = 0,
): (answer: Answer) => readonly Row[] {
  let last: Answer | undefined;
  let rows: readonly Row[] = [];
  return (answer) => {
    if (answer === last) return rows;
    const { errno, data } = answer;
    if (errno !== 0 && errno !== absent)
      throw new MachineError(`an observable cannot be read: errno ${errno}`);
    last = answer;
    rows = errno === 0 ? parse(data) : [];
    return rows;
  };
}

/** A readFile answer's text. */
const textOf = (data: Buffer): string => new WireReader(data).bytes().toString('latin1');

function parseCounters(table: string, data: Buffer): CounterRow[] {
  const reader = new WireReader(data);
  return parseIptEntries(table, reader.bytes(), reader.bytes());
}

/** The counters of a step, out of its observations: those of legacy tables that there are by then, or of nf_tables. */
type Counters = (answers: readonly Answer[], tables: ReadonlySet<TableName>) => CounterRow[];

function legacyCounters(all: readonly TableName[]): Counters {
  const read = all.map((table) => remembering((data) => parseCounters(table, data)));
  return (answers, tables) =>
    all.flatMap((table, n) => (tables.has(table) ? read[n]!(answers[FIRST_COUNTERS + n]!) : []));
}

function nftCounters(): Counters {
  const read = [remembering(parseNftChains), remembering(parseNftRules)];
  return (answers) => read.flatMap((rows, n) => rows(answers[FIRST_COUNTERS + n]!));
}

/** Behind the files of services, connections and conntrack. */
const FIRST_COUNTERS = 3;

/** How each entry of `observeOps` is read, for one scenario. */
function readers({ iptables }: DirectorConfig, tables: readonly TableName[]) {
  return {
    // A kernel without IPVS plays what has no services (kernels/needs.ts).
    services: remembering((data) => parseIpVs(textOf(data)), ENOENT),
    connections: remembering((data) => parseIpVsConn(textOf(data)), ENOENT),
    conntrack: remembering((data) => parseNfConntrack(textOf(data))),
    expects: remembering((data) => parseNfConntrackExpect(textOf(data))),
    counters: iptables === 'nft' ? nftCounters() : legacyCounters(tables),
  };
}

function emitted(step: StepTranscript, topology: Topology): Emitted[] {
  return step.framesOut.map(({ link, frame }) => ({ link: topology.links[link]!.name, frame }));
}

/** The set-up is ours: what fails in it says nothing about the director. */
export function checkSetup(plan: Plan, answers: readonly Answer[]): void {
  for (const [index, { op, says, optional }] of setupOps(plan.config).entries()) {
    const answer = answers[index];
    if (!answer) throw new MachineError(`set-up: no answer about ${says}`);
    if (answer.errno !== 0 && !optional) throw new MachineError(`set-up: ${says}: errno ${answer.errno}`);
    if (op.op === 'netlink') checkAcknowledged(answer.data, op.request);
    if (op.op !== 'exec') continue;
    const { code, stderr } = decodeExec(answer);
    if (code !== 0) throw new MachineError(`set-up: ${says} ended with ${code}: ${stderr.trim()}`);
  }
}

/**
 * A frame and what is seen of it belong to one jiffy, else nothing exact can be said. Only a command, which is a
 * process of its own, may take longer; what is seen after it belongs to one jiffy still.
 */
function checkTimes(plan: Plan, index: number, step: StepTranscript): void {
  if (step.observedUntil !== step.observed) {
    throw new Late(`step ${index}: observed from jiffy ${step.observed} to ${step.observedUntil}`);
  }
  if (plan.steps[index - 1]?.kind !== 'command' && step.acted !== step.observed) {
    throw new Late(`step ${index}: sent in jiffy ${step.acted}, observed in ${step.observed}`);
  }
}

/**
 * What a program is told when its packet does not leave: a rule drops it, it is longer than the link takes, there is no
 * way, or none without leave to broadcast. The packet's fate shows in what is observed.
 */
const { EPERM, EACCES, EINVAL, EMSGSIZE, ENETUNREACH, EHOSTUNREACH } = constants.errno;
const TOLD_TO_PROGRAMS: ReadonlySet<number> = new Set([
  EPERM,
  EACCES,
  EINVAL,
  EMSGSIZE,
  ENETUNREACH,
  EHOSTUNREACH,
]);

/** Whether the tool refused the step's command. A frame that could not be sent is our fault. */
function refused(plan: Plan, index: number, step: StepTranscript): boolean {
  const planned = plan.steps[index - 1];
  const answer = step.answers[0];
  if (!planned || planned.kind === 'wait') return false;
  if (!answer) throw new MachineError(`step ${index}: no answer`);
  if (planned.kind === 'frame') {
    const told = planned.link === 'director' && TOLD_TO_PROGRAMS.has(answer.errno);
    if (answer.errno !== 0 && !told)
      throw new MachineError(`step ${index}: frame not sent: errno ${answer.errno}`);
    return false;
  }
  if (planned.command.tool === 'sysctl') return answer.errno !== 0;
  if (answer.errno !== 0)
    throw new MachineError(`step ${index}: ${planned.command.tool}: errno ${answer.errno}`);
  return decodeExec(answer).code !== 0;
}

/** One transcript for each of the plan's steps: of a command that was given time to settle, what was seen after that. */
function stepsOf(plan: Plan, { steps }: ScenarioTranscript): StepTranscript[] {
  const wanted = 1 + plan.steps.reduce((count, step) => count + (isInTwo(plan, step) ? 2 : 1), 0);
  if (steps.length !== wanted) throw new MachineError(`${steps.length} steps were played of ${wanted}`);
  const rest = steps.values();
  const next = (): StepTranscript => rest.next().value!;
  const start = next();
  const played = plan.steps.map((step) => (isInTwo(plan, step) ? settled(next(), next()) : next()));
  return [start, ...played];
}

function settled(command: StepTranscript, end: StepTranscript): StepTranscript {
  const framesOut = [...command.framesOut, ...end.framesOut];
  return { ...end, acted: command.acted, answers: command.answers, framesOut };
}

const granuleStart = (jiffies: bigint, granule: number): bigint => jiffies - (jiffies % BigInt(granule));

/** The jiffy of a start at a granule of the timer wheel, as a reader sees it: a multiple of any. */
const START_JIFFIES = 4096 * 1024;

/**
 * One observation for the set-up, one for each step. A command's jiffies are those after it has ended. Counted
 * from the granule in which the start was, so that two runs of a scenario that begin alike say the same.
 */
export function observations(plan: Plan, transcript: ScenarioTranscript, hz: number): Observation[] {
  checkSetup(plan, transcript.setup);
  const steps = stepsOf(plan, transcript);
  const { topology } = plan.config;
  const tablesAt = tablesBySteps(plan);
  const tables = [...tablesAt.at(-1)!];
  const read = readers(plan.config, tables);
  const start = granuleStart(steps[0]!.acted, granuleOf(plan, hz));
  for (const [index, step] of steps.entries()) checkTimes(plan, index, step);
  const announced = announces(plan);
  return steps.map((step, index) => ({
    jiffies: START_JIFFIES + Number(step.observed - start),
    emitted: emitted(step, topology),
    refused: refused(plan, index, step),
    services: read.services(step.observations[0]!),
    connections: read.connections(step.observations[1]!),
    conntrack: read.conntrack(step.observations[2]!),
    ...(announced ? { expects: read.expects(step.observations.at(-1)!) } : {}),
    counters: read.counters(step.observations, tablesAt[index]!),
  }));
}
