import type { ConntrackRow, TupleRow } from '../../spec/observation.ts';
import { formatIpv4 } from '../../spec/wire/address.ts';
import type { Difference } from '../outcome.ts';
import { compareRows, type RowShape } from './rows.ts';

/** /proc/net/nf_conntrack: an entry is known by its original tuple. */
const CONNTRACK: RowShape<ConntrackRow> = {
  observable: 'conntrack',
  key: (row) => `${row.protocol} ${tuple(row.original)}`,
  fields: (row) => ({
    state: row.state,
    reply: tuple(row.reply),
    timeout: row.timeout,
    unreplied: row.unreplied,
    assured: row.assured,
    mark: row.mark,
  }),
};

function tuple({ src, sport, dst, dport }: TupleRow): string {
  return `${formatIpv4(src)}:${sport} -> ${formatIpv4(dst)}:${dport}`;
}

/** Entries of which the reference leaves the source port open are told apart by all the rest. */
export function compareConntrack(
  expected: readonly ConntrackRow[],
  actual: readonly ConntrackRow[],
): Difference[] {
  const open = expected.filter(({ openPort }) => openPort);
  if (open.length === 0) return compareRows(CONNTRACK, expected, actual);
  const ends = new Set(open.map(endsOf));
  const blanked = (rows: readonly ConntrackRow[]) =>
    rows.map((row) => (ends.has(endsOf(row)) ? withoutPort(row) : row)).sort(byText);
  return compareRows(CONNTRACK, blanked(expected), blanked(actual));
}

/** A director's entries, with those source ports open that are so in the reference's. */
export function withOpenPorts(
  rows: readonly ConntrackRow[],
  reference: readonly ConntrackRow[],
): readonly ConntrackRow[] {
  const open = new Set(reference.filter(({ openPort }) => openPort).map(endsOf));
  return rows.map((row) => (open.has(endsOf(row)) ? { ...row, openPort: true } : row));
}

function endsOf({ protocol, original: { src, dst, dport } }: ConntrackRow): string {
  return [protocol, src, dst, dport].join(' ');
}

function withoutPort({ openPort: _, ...row }: ConntrackRow): ConntrackRow {
  return { ...row, original: { ...row.original, sport: 0 }, reply: { ...row.reply, dport: 0 } };
}

function byText(one: ConntrackRow, other: ConntrackRow): number {
  const [left, right] = [JSON.stringify(one), JSON.stringify(other)];
  return left < right ? -1 : left > right ? 1 : 0;
}
