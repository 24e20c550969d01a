import type { Coverage, CoverageTable } from '../outcome.ts';
import { CELL_TABLES, type CellTable, cellId, cellsOf } from './tables.ts';

/** How many scenarios reached each cell, as they are compared with one director. */
export class CoverageCount {
  readonly #scenarios = new Map<string, number>();

  /** A scenario whose steps before `end` agreed. A cell that was reached later was reached, but not compared. */
  add(reached: ReadonlyMap<string, number>, end = Number.POSITIVE_INFINITY): void {
    for (const [cell, step] of reached)
      if (step < end) this.#scenarios.set(cell, (this.#scenarios.get(cell) ?? 0) + 1);
  }

  coverage(director: string): Coverage {
    const tables = CELL_TABLES.map((table) => this.#table(table));
    const reachable = tables.flatMap(({ cells }) => cells.filter((cell) => cell.unreachable === undefined));
    const reached = reachable.filter(({ scenarios }) => scenarios > 0).length;
    return { director, summary: { reached, reachable: reachable.length }, tables };
  }

  #table(table: CellTable): CoverageTable {
    const { id, says, axes } = table;
    const cells = cellsOf(table).map((at) => {
      const reason = table.unreachable?.(at);
      const scenarios = this.#scenarios.get(cellId(id, at)) ?? 0;
      return { at, scenarios, ...(reason !== undefined && { unreachable: reason }) };
    });
    return { id, says, axes, cells };
  }
}
