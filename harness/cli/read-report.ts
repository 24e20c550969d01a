import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { storedCoverage, storedRun } from '../../reports/run-schema.ts';
import { InputError } from '../errors.ts';
import type { Run } from '../outcome.ts';
import { parseScenarioFile } from '../replay/scenario-file.ts';

/** The run that a report.json holds, or that of a results folder. Whatever is wrong is an InputError. */
export function readReport(path: string): Run {
  const file = statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, 'report.json') : path;
  const stored = storedRun(parsed(file, readText(file)));
  if ('wrong' in stored)
    throw new InputError(`${file}: no report of this version of lvscheck: ${stored.wrong}`);
  const findings = stored.findings.map((finding) => ({
    ...finding,
    scenario: parseScenarioFile(finding.scenarioText, `${file}, finding ${finding.number}`),
  }));
  return { ...stored, coverage: readCoverage(join(dirname(file), 'coverage.json')), findings };
}

/** It stands beside the report; a run that compares directors with each other has none. */
function readCoverage(file: string): Run['coverage'] {
  if (!existsSync(file)) return [];
  const stored = storedCoverage(parsed(file, readText(file)));
  if ('wrong' in stored) throw new InputError(`${file}: no coverage of this version: ${stored.wrong}`);
  return stored;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new InputError(
      `${file}: ${code === 'ENOENT' ? 'there is no such report; check the path' : message}`,
    );
  }
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${file}: no JSON: ${(error as Error).message}`);
  }
}
