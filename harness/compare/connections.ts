import type { ConnectionRow } from '../../spec/observation.ts';
import { formatIpv4 } from '../../spec/wire/address.ts';
import type { RowShape } from './rows.ts';

/** /proc/net/ip_vs_conn: a connection is known by its client and its virtual end. */
export const CONNECTIONS: RowShape<ConnectionRow> = {
  observable: 'connections',
  key: (row) =>
    `${row.protocol} ${formatIpv4(row.client)}:${row.clientPort} -> ${formatIpv4(row.virtual)}:${row.virtualPort}`,
  fields: (row) => ({
    dest: `${formatIpv4(row.dest)}:${row.destPort}`,
    state: row.state,
    expires: row.expires,
  }),
};
