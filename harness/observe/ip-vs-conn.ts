import type { ConnectionRow } from '../../spec/observation.ts';
import { linesOf, surprise } from './surprise.ts';

/** net/netfilter/ipvs/ip_vs_conn.c, ip_vs_conn_seq_show. */
export const IP_VS_CONN_FILE = '/proc/net/ip_vs_conn';

const HEADER_LINES = 1;
const END = '([0-9A-F]{8}) ([0-9A-F]{4})';
const CONNECTION = new RegExp(`^(\\S+) +${END} ${END} ${END} (\\S+) +(\\d+) *$`);

function connectionRow(line: string): ConnectionRow {
  const found = CONNECTION.exec(line);
  if (!found) throw surprise(IP_VS_CONN_FILE, line);
  const [, protocol, ...rest] = found as unknown as string[];
  const [client, clientPort, virtual, virtualPort, dest, destPort] = rest
    .slice(0, 6)
    .map((hex) => Number.parseInt(hex, 16));
  return {
    protocol: protocol!,
    client: client!,
    clientPort: clientPort!,
    virtual: virtual!,
    virtualPort: virtualPort!,
    dest: dest!,
    destPort: destPort!,
    state: rest[6]!,
    expires: Number(rest[7]),
  };
}

/** Sorted by their text, which begins with protocol, client and virtual end. */
export function parseIpVsConn(text: string): ConnectionRow[] {
  return linesOf(text).slice(HEADER_LINES).sort().map(connectionRow);
}
