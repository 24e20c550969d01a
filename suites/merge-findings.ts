import type { ClaimResult, DirectorName, Finding, Run } from '../harness/outcome.ts';
import { groupBy } from './group-by.ts';
import { LOOKED_AT_PER_FAILURE } from './investigate.ts';
import { sum } from './tally.ts';

/** A finding of the merged run, and the parts' findings that are counted as it. */
export interface Kept {
  readonly finding: Finding;
  /** Of every part, the findings of the same kind of failure on the same director. */
  readonly group: ReadonlySet<Finding>;
  /** The first of its group, to which everything counts that was not looked into. */
  readonly first: boolean;
}

/**
 * A run looks into the first few failures of a kind. Each of them was among the first few of its shard, so it was
 * looked into there; what else the shards looked into is only counted.
 */
export function keptFindings(parts: readonly Run[], directors: readonly DirectorName[]): Kept[] {
  const groups = groupBy(
    parts.flatMap(({ findings }) => findings),
    ({ director, signature }) => `${director.name} ${signature}`,
  );
  const order = directors.map(({ name }) => name);
  return [...groups.values()]
    .flatMap(keptOfGroup)
    .sort(
      ({ finding: one }, { finding: other }) =>
        one.indices[0]! - other.indices[0]! ||
        order.indexOf(one.director.name) - order.indexOf(other.director.name),
    )
    .map((kept, at) => ({ ...kept, finding: { ...kept.finding, number: at + 1 } }));
}

function keptOfGroup(findings: readonly Finding[]): Kept[] {
  const looks = findings
    .flatMap((finding) => finding.indices.map((index) => ({ finding, index })))
    .sort((one, other) => one.index - other.index)
    .slice(0, LOOKED_AT_PER_FAILURE);
  const group = new Set(findings);
  const same = groupBy(looks, ({ finding }) => finding.scenarioText);
  return [...same.values()].map((of, at) => ({
    finding: { ...of[0]!.finding, indices: of.map(({ index }) => index) },
    group,
    first: at === 0,
  }));
}

export function mergedClaims(
  parts: readonly Run[],
  directors: readonly DirectorName[],
  kept: readonly Kept[],
): ClaimResult[] {
  const rows = [...new Map(parts.flatMap(({ claims }) => claims.map((row) => [row.claim, row]))).values()];
  return rows.flatMap(({ claim, says }, row) =>
    directors.map(({ name: director }) => {
      const ofCell = (each: ClaimResult) => each.claim === claim && each.director === director;
      const cells = parts.map((part) => ({ part, cell: part.claims.find(ofCell) }));
      const outcomes = sum(cells.flatMap(({ cell }) => (cell ? [cell.outcomes] : [])));
      const here = kept.filter(({ finding }) => finding.director.name === director);
      const isHere = (index: number) => index % rows.length === row;
      return { claim, says, director, outcomes, findings: findingsOfCell(cells, here, isHere) };
    }),
  );
}

/** Who was looked into counts to its own finding, everything else to the first of its group. */
function findingsOfCell(
  cells: readonly { readonly part: Run; readonly cell: ClaimResult | undefined }[],
  kept: readonly Kept[],
  isHere: (index: number) => boolean,
): Record<number, number> {
  const counts: Record<number, number> = {};
  const add = (number: number, count: number) => {
    if (count > 0) counts[number] = (counts[number] ?? 0) + count;
  };
  for (const { finding, group, first } of kept) {
    add(finding.number, finding.indices.filter(isHere).length);
    if (!first) continue;
    const all = cells.flatMap(({ part, cell }) =>
      part.findings.filter((each) => group.has(each)).map(({ number }) => cell?.findings[number] ?? 0),
    );
    const looked = kept
      .filter((each) => each.group === group)
      .flatMap(({ finding: { indices } }) => indices.filter(isHere));
    add(finding.number, all.reduce((one, other) => one + other, 0) - looked.length);
  }
  return counts;
}
