import { summaryText } from '../../reports/summary.ts';
import type { Finding, Run } from '../outcome.ts';
import type { ResultsFolder } from './results-folder.ts';
import { wantsColour } from './terminal.ts';

/** What the terminal shows when a run is over. */
export function printSummary(run: Run, results: ResultsFolder): void {
  const placeOf = (finding: Finding) => ({
    folder: results.folderOf(finding),
    replay: results.replayOf(finding),
  });
  process.stdout.write(summaryText(run, { colour: wantsColour(), placeOf }));
}
