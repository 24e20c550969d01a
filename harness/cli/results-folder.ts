import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { explainFinding } from '../../reports/explain.ts';
import type { Place } from '../../reports/html/finding.ts';
import { htmlReport } from '../../reports/html/page.ts';
import { coverageReport, jsonReport } from '../../reports/json.ts';
import { junitReport } from '../../reports/junit.ts';
import { ktapReport } from '../../reports/ktap.ts';
import { captureOf } from '../../reports/pcapng.ts';
import { InputError, MachineError } from '../errors.ts';
import type { Finding, Run } from '../outcome.ts';

const DEFAULT_PARENT = join('reports', 'out');

/**
 * Where a run's results go. Everything is written at once and synchronously: what was found is on disk before
 * anything else happens, and a kill loses nothing.
 */
export class ResultsFolder {
  readonly path: string;

  /** `--out DIR`; without it a new folder under reports/out, to which `latest` points. */
  constructor(out: string | undefined, name: string) {
    this.path = out ?? join(DEFAULT_PARENT, name);
    written(this.path, () => {
      if (out !== undefined) clear(out);
      mkdirSync(join(this.path, 'findings'), { recursive: true });
      if (out === undefined) pointLatest(name);
    });
  }

  finding(finding: Finding): void {
    const folder = this.folderOf(finding);
    written(folder, () => {
      mkdirSync(folder, { recursive: true });
      for (const [name, content] of filesOf(finding, this.replayOf(finding)))
        writeFileSync(join(folder, name), content);
    });
  }

  withdrawn(finding: Finding): void {
    written(this.path, () => rmSync(this.folderOf(finding), { recursive: true, force: true }));
  }

  /** What a run that is killed leaves behind. */
  interim(run: Run): void {
    written(this.path, () => writeAtOnce(join(this.path, 'report.json'), jsonReport(run)));
  }

  report(run: Run): void {
    this.interim(run);
    written(this.path, () => {
      writeAtOnce(join(this.path, 'junit.xml'), junitReport(run));
      writeAtOnce(join(this.path, 'report.ktap'), ktapReport(run));
      if (run.coverage.length > 0) writeAtOnce(join(this.path, 'coverage.json'), coverageReport(run));
      writeAtOnce(
        join(this.path, 'report.html'),
        htmlReport(run, (finding) => this.#placeInPage(finding)),
      );
    });
  }

  folderOf({ number, claim, signature }: Finding): string {
    const slug = `${claim} ${signature}`
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 60);
    return join(this.path, 'findings', `${number}-${slug.replace(/^-|-$/g, '')}`);
  }

  #placeInPage(finding: Finding): Place {
    const folder = `findings/${basename(this.folderOf(finding))}`;
    const files = fileNamesOf(finding).map((name) => ({
      name,
      href: `${folder}/${encodeURIComponent(name)}`,
    }));
    return { files, replay: this.replayOf(finding) };
  }

  replayOf(finding: Finding): string {
    const file = join(this.folderOf(finding), 'scenario.yaml');
    const { reference, director } = finding;
    if (reference === 'model') return `lvscheck replay ${file} --on ${director.name}`;
    return `lvscheck diff ${file} --on ${reference} --on ${director.name}`;
  }
}

function filesOf(finding: Finding, replay: string): [name: string, content: string | Uint8Array][] {
  const contents = [
    explainFinding(finding),
    finding.scenarioText,
    captureOf(finding, 'model'),
    captureOf(finding, 'director'),
    finding.console,
    `${replay}\n`,
  ];
  return fileNamesOf(finding).map((name, at) => [name, contents[at]!]);
}

/** In the order in which a reader wants them. */
function fileNamesOf({ reference, director }: Finding): string[] {
  const captures = [reference, director.name].map(
    (name) => `${name.replace(/[^A-Za-z0-9.+~-]+/g, '-')}.pcapng`,
  );
  return ['explain.txt', 'scenario.yaml', ...captures, 'console.txt', 'replay.txt'];
}

const RESULTS = ['report.json', 'junit.xml', 'report.ktap', 'report.html', 'coverage.json', 'findings'];

/** Results of an earlier run are replaced, other people's files are not. */
function clear(out: string): void {
  const report = join(out, 'report.json');
  if (existsSync(report) && readFileSync(report, 'utf8').includes('"schemaVersion"'))
    for (const name of RESULTS) rmSync(join(out, name), { recursive: true, force: true });
  if (existsSync(join(out, 'findings')))
    throw new InputError(`--out ${out}: has a folder findings that is not from a run; name another folder`);
}

/** Readers see the old file or the new one, never half of it. */
function writeAtOnce(path: string, content: string): void {
  try {
    writeFileSync(`${path}.part`, content);
    renameSync(`${path}.part`, path);
  } finally {
    rmSync(`${path}.part`, { force: true });
  }
}

function pointLatest(name: string): void {
  const link = join(DEFAULT_PARENT, 'latest');
  rmSync(`${link}.part`, { force: true });
  symlinkSync(basename(name), `${link}.part`);
  renameSync(`${link}.part`, link);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EIO: 'the disk reports an error',
};

/** Runs what writes to a folder; what goes wrong is said in words. */
export function written(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (code === 'ENOTDIR' || code === 'EEXIST')
      throw new InputError(`--out ${path}: there is a file in the way; name a folder`);
    const reason = REASONS[code] ?? message;
    throw new MachineError(`cannot write results to ${path}: ${reason}; name another folder with --out`, {
      cause: error,
    });
  }
}
