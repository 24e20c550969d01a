import type { Coverage, CoverageTable } from '../outcome.ts';
import { cellNumber, type FirstSteps, noSteps } from './cells.ts';
import { CELL_TABLES, type CellTable, cellsOf } from './tables.ts';

/** How many scenarios reached each cell, as they are compared with one director. */
export class CoverageCount {
  readonly #scenarios = noSteps().fill(0);

  /** A scenario whose steps before `end` agreed. A cell that was reached later was reached, but not compared. */
  add(reached: FirstSteps, end = Number.POSITIVE_INFINITY): void {
    for (const [cell, step] of reached.entries()) if (step >= 0 && step < end) this.#scenarios[cell]! += 1;
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
      const scenarios = this.#scenarios[cellNumber(id, at)]!;
      return { at, scenarios, ...(reason !== undefined && { unreachable: reason }) };
    });
    return { id, says, axes, cells };
  }
}
