import type { CounterRow } from '../../spec/observation.ts';
import type { RowShape } from './rows.ts';

/** `iptables-save -c`: what each rule and each policy counted, which tells the ctstate that a rule saw. */
export const COUNTERS: RowShape<CounterRow> = {
  observable: 'counters',
  key: (row) => `${row.table} ${row.chain} ${row.rule === 0 ? 'policy' : `rule ${row.rule}`}`,
  fields: (row) => ({ packets: row.packets, bytes: row.bytes }),
};
