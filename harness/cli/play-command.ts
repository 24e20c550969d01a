import { availableParallelism } from 'node:os';
import { Campaign, type Progress } from '../../suites/campaign.ts';
import { type KnownDifference, staleDifferences } from '../../suites/known-differences.ts';
import type { Model, Programme } from '../../suites/programme.ts';
import { SHRINK_BUDGET } from '../../suites/shrink.ts';
import { MachineError } from '../errors.ts';
import type { Run } from '../outcome.ts';
import type { Subject } from '../play/seat.ts';
import { type Comparison, withModel } from './comparison.ts';
import { coverageCode } from './coverage-gate.ts';
import { EXIT, exitCodeOf } from './exit-code.ts';
import { reportToGithub } from './github-report.ts';
import { InterimReport } from './interim-report.ts';
import { Interruption } from './interruption.ts';
import { packageVersion } from './package-version.ts';
import { printSummary } from './print-summary.ts';
import { remainingMs } from './remaining.ts';
import { ResultsFolder } from './results-folder.ts';
import { namesOf, subjectsOf, type Wanted } from './subjects.ts';
import type { HostWishes } from './surroundings.ts';
import { Terminal } from './terminal.ts';

export interface PlayOptions extends Wanted, HostWishes {
  readonly out: string | undefined;
  /** Undefined: as many as there are processors for. */
  readonly jobs: number | undefined;
  /** Percent; a run that compares less has failed. */
  readonly minCoverage?: number | undefined;
}

/** What all that play share: play a programme, write results as they come, print the summary. Gives the exit code. */
export async function playCommand(
  programmeFor: (subjects: readonly Subject[]) => Programme,
  model: Model,
  options: PlayOptions,
  names: readonly string[] = namesOf(options),
  compared: (subjects: readonly Subject[]) => Comparison = withModel,
): Promise<number> {
  const terminal = new Terminal();
  const interruption = new Interruption(() => terminal.clear());
  const voices = { progress: terminal.preparing, note: terminal.note };
  const subjects = await subjectsOf(names, { ...options, voices });
  const comparison = compared(subjects);
  const programme = programmeFor(subjects);
  const results = new ResultsFolder(options.out, folderName(programme));
  const campaign = new Campaign({
    ...programme,
    ...model,
    ...comparison,
    jobs: options.jobs ?? oneForEachCpu(subjects.length),
    version: packageVersion(),
    budget: SHRINK_BUDGET,
    now: () => performance.now(),
    found: (finding) => {
      results.finding(finding);
      interim.refresh();
    },
    withdrawn: (finding) => results.withdrawn(finding),
    progress: (soFar) => {
      showProgress(terminal, programme, soFar);
      interim.refresh();
    },
    signal: interruption.signal,
  });
  const interim = new InterimReport(() => results.interim(campaign.soFar(false)));
  results.interim(campaign.soFar(false));
  interruption.runBegins();
  showProgress(terminal, programme, { scenarios: 0, stepsPerSecond: 0, elapsedMs: 0, findings: 0 });
  return finish(campaign, {
    terminal,
    results,
    interruption,
    known: comparison.known,
    minCoverage: options.minCoverage,
  });
}

/** All kinds of directors play at the same time. */
function oneForEachCpu(kinds: number): number {
  return Math.max(1, Math.floor(availableParallelism() / kinds));
}

interface Surroundings {
  readonly terminal: Terminal;
  readonly results: ResultsFolder;
  readonly interruption: Interruption;
  readonly known: readonly KnownDifference[];
  readonly minCoverage: number | undefined;
}

/** Whatever ends the run, what is known by then is shown and, if the disk takes it, kept. */
async function finish(campaign: Campaign, surroundings: Surroundings): Promise<number> {
  const { terminal, results, interruption } = surroundings;
  const { run, failure } = await played(campaign);
  terminal.clear();
  const unwritten = attempt(() => results.report(run));
  printSummary(run, results);
  reportToGithub(run);
  if (failure ?? unwritten) throw failure ?? unwritten;
  if (interruption.exitCode === undefined) {
    const stale = staleCode(run, surroundings.known);
    const code = stale ?? exitCodeOf(run);
    return coverageCode(run, surroundings.minCoverage) ?? code;
  }
  console.error(`interrupted after ${run.summary.scenarios} scenarios; what was found is in ${results.path}`);
  return interruption.exitCode;
}

/** A known difference that is none any more hides the next one: the list is to be put right. */
function staleCode(run: Run, known: readonly KnownDifference[]): number | undefined {
  const stale = staleDifferences(known, run);
  for (const { id } of stale)
    console.error(`known difference ${id} did not occur in all these scenarios: take it out of the list`);
  return stale.length > 0 ? EXIT.finding : undefined;
}

async function played(campaign: Campaign): Promise<{ run: Run; failure?: MachineError }> {
  try {
    return { run: await campaign.run() };
  } catch (error) {
    if (error instanceof MachineError) return { run: campaign.soFar(false), failure: error };
    throw error;
  }
}

function attempt(write: () => void): MachineError | undefined {
  try {
    write();
    return undefined;
  } catch (error) {
    if (error instanceof MachineError) return error;
    throw error;
  }
}

function showProgress(terminal: Terminal, programme: Programme, soFar: Progress): void {
  const { scenarios, findings, stepsPerSecond } = soFar;
  terminal.playing({
    done: scenarios,
    total: Number.isFinite(programme.runs) ? programme.runs : undefined,
    findings,
    stepsPerSecond,
    remainingMs: remainingMs(programme, soFar),
  });
}

/** Sorts by time, and two runs that begin in the same second do not meet. */
function folderName({ seed }: Programme): string {
  const now = new Date().toISOString().replace(/[:.]/g, '-').replace('Z', '');
  return `${now}-seed-${seed}`;
}
