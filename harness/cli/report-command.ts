import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Changes, changesBetween } from '../../reports/changes.ts';
import { changesText } from '../../reports/changes-text.ts';
import { changesPage } from '../../reports/html/changes-page.ts';
import { EXIT } from './exit-code.ts';
import { readReport } from './read-report.ts';
import { written } from './results-folder.ts';

/** `lvscheck report --compare OLD NEW`: what changed between two runs; a finding that is new is a failure. */
export function compareCommand(before: string, after: string, out: string | undefined): number {
  const changes = changesBetween(readReport(before), readReport(after));
  if (out !== undefined) writePage(out, changes);
  process.stdout.write(changesText(changes));
  return changes.findings.some(({ kind }) => kind === 'new') ? EXIT.finding : EXIT.agree;
}

function writePage(out: string, changes: Changes): void {
  written(out, () => {
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, 'changes.html'), changesPage(changes));
  });
}
