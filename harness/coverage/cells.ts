import { CELL_TABLES, cellsOf } from './tables.ts';

/**
 * For each cell of `CELL_TABLES` the step of a play in which it was reached first, -1 where it was not. Cells are
 * counted through all tables, in the order of `cellsOf`: a play notes some hundred of them, and names would cost more
 * than the packets do.
 */
export type FirstSteps = Int32Array;

/** What is no cell of any table, such as an ICMP message that nobody counts. */
export const NO_CELL = -1;

const NUMBERS: ReadonlyMap<string, number> = new Map(
  CELL_TABLES.flatMap((table) => cellsOf(table).map((at) => nameOf(table.id, at))).map((name, index) => [
    name,
    index,
  ]),
);

/** The number of a cell by its table and its place on each axis. */
export function cellNumber(table: string, at: readonly string[]): number {
  return NUMBERS.get(nameOf(table, at)) ?? NO_CELL;
}

/** Nothing was reached yet. */
export function noSteps(): FirstSteps {
  return new Int32Array(NUMBERS.size).fill(-1);
}

function nameOf(table: string, at: readonly string[]): string {
  return [table, ...at].join('|');
}
