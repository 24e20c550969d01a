import type { ExpectRow } from '../../spec/observation.ts';
import { parseIpv4 } from '../../spec/wire/address.ts';
import { linesOf, surprise } from './surprise.ts';

/** net/netfilter/nf_conntrack_expect.c, exp_seq_show. */
export const NF_CONNTRACK_EXPECT_FILE = '/proc/net/nf_conntrack_expect';

/** `299 l3proto = 2 proto=6 src=10.0.0.2 dst=10.0.0.100 sport=0 dport=10241 ftp`; late timers count below 0. */
const ENTRY = /^(-?\d+) l3proto = 2 proto=(\d+) src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+) (\S*)$/;

function expectRow(line: string): ExpectRow {
  const [, timeout, protocol, source, destination, sport, dport, helper] = ENTRY.exec(line) ?? [];
  const src = parseIpv4(source ?? '');
  const dst = parseIpv4(destination ?? '');
  if (helper === undefined || src === undefined || dst === undefined)
    throw surprise(NF_CONNTRACK_EXPECT_FILE, line);
  return {
    protocol: Number(protocol),
    timeout: Number(timeout),
    tuple: { src, dst, sport: Number(sport), dport: Number(dport) },
    helper,
  };
}

/** Sorted by addresses and port. */
export function parseNfConntrackExpect(text: string): ExpectRow[] {
  return linesOf(text)
    .map(expectRow)
    .sort((a, b) => a.tuple.src - b.tuple.src || a.tuple.dst - b.tuple.dst || a.tuple.dport - b.tuple.dport);
}
