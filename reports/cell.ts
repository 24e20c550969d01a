import type { ClaimResult, DirectorName, Finding, Outcome, Run, Undecided } from '../harness/outcome.ts';

/** What is said of one claim on one director, wherever: the worst that happened there. */
export type CellKind = Outcome['kind'] | 'not-played';

/** The worst first. */
export const CELL_KINDS = [
  'crash',
  'mismatch',
  'infra-error',
  'known-difference',
  'agree',
  'unsupported',
  'not-played',
] as const satisfies readonly CellKind[];

export const SYMBOLS: Readonly<Record<CellKind, string>> = {
  crash: '☠',
  mismatch: '✕',
  'infra-error': '!',
  'known-difference': '◐',
  agree: '✓',
  unsupported: '–',
  'not-played': '·',
};

export function cellKind({ outcomes }: Pick<ClaimResult, 'outcomes'>): CellKind {
  return CELL_KINDS.find((kind) => kind !== 'not-played' && outcomes[kind] > 0) ?? 'not-played';
}

/** What happened to the claim's scenarios, whichever claim a finding is filed under. */
export function findingsOf(run: Run, cell: ClaimResult): Finding[] {
  return run.findings.filter(({ number }) => (cell.findings[number] ?? 0) > 0);
}

/** Of this claim, or another's with the same words: each text is told once. */
export function undecidedOf(
  run: Run,
  { claim, director }: ClaimResult,
  kind: Undecided['kind'],
): Undecided[] {
  const here = run.undecided.filter((each) => each.kind === kind && each.director === director);
  const own = here.filter((each) => each.claim === claim);
  return own.length > 0 ? own : here;
}

/** The claims' ids in the order of the report. */
export function claimIds(run: Run): string[] {
  return [...new Set(run.claims.map(({ claim }) => claim))];
}

export function cellsOn(run: Run, { name }: DirectorName): ClaimResult[] {
  return run.claims.filter(({ director }) => director === name);
}
