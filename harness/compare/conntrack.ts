import type { ConntrackRow, TupleRow } from '../../spec/observation.ts';
import { formatIpv4 } from '../../spec/wire/address.ts';
import type { RowShape } from './rows.ts';

/** /proc/net/nf_conntrack: an entry is known by its original tuple. */
export const CONNTRACK: RowShape<ConntrackRow> = {
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
