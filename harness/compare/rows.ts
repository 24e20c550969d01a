import type { Difference, ObservableName } from '../outcome.ts';
import { alike } from './alike.ts';

/** How the rows of one table are told apart, and what else they say. */
export interface RowShape<Row> {
  readonly observable: ObservableName;
  /** Names a row for a reader; rows with the same name are paired in the order in which they stand. */
  readonly key: (row: Row) => string;
  /** Field -> its value in words, in the order in which differences are listed. */
  readonly fields: (row: Row) => Readonly<Record<string, string | number | boolean>>;
}

/** Every row that only one side has, and every field that differs in the others. Sides need not be sorted. */
export function compareRows<Row>(
  shape: RowShape<Row>,
  expected: readonly Row[],
  actual: readonly Row[],
): Difference[] {
  if (alike(expected, actual)) return [];
  const left = keyed(shape, expected);
  const right = keyed(shape, actual);
  const both = [...left.keys(), ...[...right.keys()].filter((where) => !left.has(where))];
  return both.flatMap((where) => compareRow(shape, where, left.get(where), right.get(where)));
}

function compareRow<Row>(
  { observable, fields }: RowShape<Row>,
  where: string,
  expected: Row | undefined,
  actual: Row | undefined,
): Difference[] {
  if (expected === undefined || actual === undefined) {
    const words = (row: Row | undefined) => (row === undefined ? 'absent' : inWords(fields(row)));
    return [{ observable, where, field: 'row', expected: words(expected), actual: words(actual) }];
  }
  const wanted = fields(expected);
  const got = fields(actual);
  return Object.keys(wanted)
    .filter((field) => wanted[field] !== got[field])
    .map((field) => ({
      observable,
      where,
      field,
      expected: String(wanted[field]),
      actual: String(got[field]),
    }));
}

function inWords(fields: Readonly<Record<string, string | number | boolean>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

function keyed<Row>({ key }: RowShape<Row>, rows: readonly Row[]): Map<string, Row> {
  const map = new Map<string, Row>();
  for (const row of rows) {
    const name = key(row);
    let unique = name;
    for (let n = 2; map.has(unique); n++) unique = `${name} (number ${n})`;
    map.set(unique, row);
  }
  return map;
}
