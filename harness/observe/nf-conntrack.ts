import type { ConntrackRow, TupleRow } from '../../spec/observation.ts';
import { parseIpv4 } from '../../spec/wire/address.ts';
import { linesOf, surprise } from './surprise.ts';

/** net/netfilter/nf_conntrack_standalone.c, ct_seq_show. */
export const NF_CONNTRACK_FILE = '/proc/net/nf_conntrack';

/**
 * `ipv4 2 tcp 6 431999 ESTABLISHED src=… [UNREPLIED] src=… [ASSURED] mark=0 use=1`; a fixed timeout is not printed, GRE
 * prints which timeouts it was given.
 */
const ENTRY =
  /^ipv4 +2 (\S+) +(\d+) (?:(\d+) )?(?:timeout=\d+, stream_timeout=\d+ )?(?:([A-Z][A-Z0-9_]*) )?(src=.*)$/;

interface Words {
  readonly tuples: readonly Map<string, string>[];
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
}

/** `src=` begins a tuple; ports and ICMP's numbers belong to the tuple before them; the rest to the entry. */
const OF_TUPLE = new Set([
  ...['src', 'dst', 'sport', 'dport', 'srckey', 'dstkey'],
  ...['type', 'code', 'id', 'packets', 'bytes'],
]);

function wordsOf(text: string, line: string): Words {
  const tuples: Map<string, string>[] = [];
  const flags = new Set<string>();
  const values = new Map<string, string>();
  for (const word of text.trim().split(/ +/)) {
    const [name, value] = word.split('=', 2) as [string, string | undefined];
    if (name === 'src') tuples.push(new Map());
    if (value === undefined && /^\[[A-Z_]+\]$/.test(word)) flags.add(word.slice(1, -1));
    else if (value === undefined) throw surprise(NF_CONNTRACK_FILE, line);
    else (OF_TUPLE.has(name) ? tuples.at(-1)! : values).set(name, value);
  }
  return { tuples, flags, values };
}

/** ICMP and GRE have no ports: of GRE there are keys; of ICMP the kernel keeps the id where the source port is, type and code where the other is. */
function tupleRow(words: ReadonlyMap<string, string> | undefined, line: string): TupleRow {
  const src = parseIpv4(words?.get('src') ?? '');
  const dst = parseIpv4(words?.get('dst') ?? '');
  if (!words || src === undefined || dst === undefined) throw surprise(NF_CONNTRACK_FILE, line);
  const icmp = Number(words.get('type') ?? 0) * 256 + Number(words.get('code') ?? 0);
  return {
    src,
    dst,
    sport: Number(words.get('sport') ?? words.get('id') ?? words.get('srckey') ?? 0),
    dport: Number(words.get('dport') ?? words.get('dstkey') ?? icmp),
  };
}

function conntrackRow(line: string): ConntrackRow {
  const found = ENTRY.exec(line);
  if (!found) throw surprise(NF_CONNTRACK_FILE, line);
  const words = wordsOf(found[5]!, line);
  return {
    protocol: found[1] === 'unknown' ? `unknown ${found[2]}` : found[1]!,
    timeout: Number(found[3] ?? 0),
    state: found[4] ?? '',
    original: tupleRow(words.tuples[0], line),
    reply: tupleRow(words.tuples[1], line),
    unreplied: words.flags.has('UNREPLIED'),
    assured: words.flags.has('ASSURED'),
    mark: Number(words.values.get('mark') ?? 0),
  };
}

/** Sorted by the original tuple; timeouts do not change the order. */
export function parseNfConntrack(text: string): ConntrackRow[] {
  const key = (line: string): string => line.slice(line.indexOf('src='));
  return linesOf(text)
    .sort((a, b) => (key(a) < key(b) ? -1 : 1))
    .map(conntrackRow);
}
