import type { ClaimResult, Finding, Run } from '../harness/outcome.ts';
import { type CellKind, cellKind } from './cell.ts';

/** What became of one kind of failure on one director between two runs. */
export interface FindingChange {
  readonly kind: 'new' | 'gone' | 'changed';
  /** Of the newer run; of the older one for what is gone. */
  readonly finding: Finding;
  /** The older run's, where the smallest example is another now. */
  readonly before?: Finding;
}

export interface CellChange {
  readonly claim: string;
  readonly director: string;
  readonly before: CellKind;
  readonly after: CellKind;
}

export interface Changes {
  readonly findings: readonly FindingChange[];
  readonly cells: readonly CellChange[];
}

/**
 * Only what changed. Failures are told apart by director and signature: numbers, seeds and claims may be others in the
 * two runs. Where each run has one director, these two are compared whatever their names.
 */
export function changesBetween(before: Run, after: Run): Changes {
  const key = directorKey(before, after);
  const [old, recent] = [before, after].map((run) => smallestByFailure(run, key));
  const findings = [...new Set([...recent!.keys(), ...old!.keys()])].flatMap((failure) =>
    changeOf(old!.get(failure), recent!.get(failure)),
  );
  return { findings, cells: changedCells(before, after, key) };
}

type DirectorKey = (name: string) => string;

function directorKey(before: Run, after: Run): DirectorKey {
  const single = before.summary.directors.length === 1 && after.summary.directors.length === 1;
  return single ? () => '' : (name) => name;
}

function smallestByFailure({ findings }: Run, key: DirectorKey): Map<string, Finding> {
  const smallest = new Map<string, Finding>();
  for (const finding of findings) {
    const failure = JSON.stringify([key(finding.director.name), finding.signature]);
    const known = smallest.get(failure);
    if (!known || finding.scenarioText.length < known.scenarioText.length) smallest.set(failure, finding);
  }
  return smallest;
}

function changeOf(before: Finding | undefined, after: Finding | undefined): FindingChange[] {
  if (!after) return [{ kind: 'gone', finding: before! }];
  if (!before) return [{ kind: 'new', finding: after }];
  return before.scenarioText === after.scenarioText ? [] : [{ kind: 'changed', finding: after, before }];
}

function changedCells(before: Run, after: Run, key: DirectorKey): CellChange[] {
  const place = (cell: ClaimResult) => JSON.stringify([cell.claim, key(cell.director)]);
  const [old, recent] = [before, after].map(
    ({ claims }) => new Map(claims.map((cell) => [place(cell), cell])),
  );
  return [...new Set([...old!.keys(), ...recent!.keys()])].flatMap((at) => {
    const [one, other] = [old!.get(at), recent!.get(at)];
    const [was, is] = [one, other].map((cell) => (cell ? cellKind(cell) : 'not-played'));
    const { claim, director } = (other ?? one)!;
    return was === is ? [] : [{ claim, director, before: was!, after: is! }];
  });
}
