import { mergeRuns } from '../../suites/merge-runs.ts';
import type { Run } from '../outcome.ts';
import { EXIT, exitCodeOf } from './exit-code.ts';
import { reportToGithub } from './github-report.ts';
import { printSummary } from './print-summary.ts';
import { readReport } from './read-report.ts';
import { ResultsFolder } from './results-folder.ts';

/** `lvscheck merge`: one run's results from those of its parts. A part that is missing is the machine's failure. */
export function mergeCommand(files: readonly string[], out: string | undefined): number {
  const { run, missing } = mergeRuns(files.map((file) => ({ file, run: readReport(file) })));
  const results = new ResultsFolder(out, `merged-seed-${run.summary.seed}`);
  for (const finding of run.findings) results.finding(finding);
  results.report(run);
  printSummary(run, results);
  reportToGithub(run);
  for (const shard of missing) console.error(`lvscheck: shard ${shard} is missing`);
  return codeOf(run);
}

function codeOf(run: Run): number {
  const code = exitCodeOf(run);
  return code === EXIT.agree && !run.complete ? EXIT.machine : code;
}
