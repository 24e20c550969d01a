import type { DestRow, ServiceRow } from '../../spec/observation.ts';
import { formatIpv4 } from '../../spec/wire/address.ts';
import type { Difference } from '../outcome.ts';
import { alike } from './alike.ts';
import { compareRows, type RowShape } from './rows.ts';

const serviceName = (row: ServiceRow) => `${row.protocol} ${formatIpv4(row.address)}:${row.port}`;
const destName = (row: DestRow) => `${formatIpv4(row.address)}:${row.port}`;

const SERVICES: RowShape<ServiceRow> = {
  observable: 'services',
  key: serviceName,
  fields: (row) => ({ scheduler: row.scheduler, flags: row.flags, dests: row.dests.map(destName).join(' ') }),
};

const dests = (service: string): RowShape<DestRow> => ({
  observable: 'services',
  key: (row) => `${service} dest ${destName(row)}`,
  fields: (row) => ({
    forward: row.forward,
    weight: row.weight,
    activeConn: row.activeConn,
    inActConn: row.inActConn,
  }),
});

/** /proc/net/ip_vs: the services, then the dests of those that both sides have. */
export function compareServices(
  expected: readonly ServiceRow[],
  actual: readonly ServiceRow[],
): Difference[] {
  if (alike(expected, actual)) return [];
  const inBoth = expected.flatMap((row) => {
    const other = actual.find((candidate) => serviceName(candidate) === serviceName(row));
    return other ? compareRows(dests(serviceName(row)), row.dests, other.dests) : [];
  });
  return [...compareRows(SERVICES, expected, actual), ...inBoth];
}
