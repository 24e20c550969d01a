import type { Coverage, CoverageTable, DirectorName, Run } from '../harness/outcome.ts';

/** What the parts compared of each director, added cell by cell. */
export function mergedCoverage(parts: readonly Run[], directors: readonly DirectorName[]): Coverage[] {
  const all = parts.flatMap(({ coverage }) => coverage);
  return directors.flatMap(({ name }) => {
    const same = all.filter(({ director }) => director === name);
    return same.length === 0 ? [] : [added(same)];
  });
}

/** One version has the same tables everywhere, each with the same cells in the same order. */
function added(same: readonly Coverage[]): Coverage {
  const [first] = same;
  const tables = first!.tables.map((table, at): CoverageTable => {
    const others = same.map((each) => each.tables[at]!.cells);
    const cells = table.cells.map((cell, index) => ({
      ...cell,
      scenarios: others.reduce((sum, each) => sum + each[index]!.scenarios, 0),
    }));
    return { ...table, cells };
  });
  const reachable = tables.flatMap(({ cells }) => cells.filter((cell) => cell.unreachable === undefined));
  const reached = reachable.filter(({ scenarios }) => scenarios > 0).length;
  return { director: first!.director, summary: { reached, reachable: reachable.length }, tables };
}
