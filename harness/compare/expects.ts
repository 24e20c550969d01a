import type { ExpectRow } from '../../spec/observation.ts';
import { formatIpv4 } from '../../spec/wire/address.ts';
import type { RowShape } from './rows.ts';

/** /proc/net/nf_conntrack_expect: an announced connection is known by its tuple. */
export const EXPECTS: RowShape<ExpectRow> = {
  observable: 'expects',
  key: ({ tuple: { src, sport, dst, dport } }) =>
    `${formatIpv4(src)}:${sport} -> ${formatIpv4(dst)}:${dport}`,
  fields: ({ protocol, timeout, helper }) => ({ protocol, timeout, helper }),
};
