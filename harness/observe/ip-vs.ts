import type { DestRow, ServiceRow } from '../../spec/observation.ts';
import { linesOf, surprise } from './surprise.ts';

/** net/netfilter/ipvs/ip_vs_ctl.c, ip_vs_info_seq_show. */
export const IP_VS_FILE = '/proc/net/ip_vs';

const HEADER_LINES = 3;
/** A service by mark has the mark where others have address and port. */
const SERVICE = /^(\S+) +([0-9A-F]{8})(?::([0-9A-F]{4}))? (\S+) *(.*?) *$/;
const DEST = /^ {2}-> ([0-9A-F]{8}):([0-9A-F]{4}) +(\S+) +(-?\d+) +(\d+) +(\d+) *$/;

function destRow(line: string): DestRow {
  const found = DEST.exec(line);
  if (!found) throw surprise(IP_VS_FILE, line);
  const [, address, port, forward, weight, active, inactive] = found as unknown as string[];
  return {
    address: Number.parseInt(address!, 16),
    port: Number.parseInt(port!, 16),
    forward: forward!,
    weight: Number(weight),
    activeConn: Number(active),
    inActConn: Number(inactive),
  };
}

function serviceRow(line: string, destLines: readonly string[]): ServiceRow {
  const found = SERVICE.exec(line);
  if (!found) throw surprise(IP_VS_FILE, line);
  const [, protocol, address, port, scheduler, flags] = found as unknown as (string | undefined)[];
  return {
    protocol: protocol!,
    address: Number.parseInt(address!, 16),
    port: Number.parseInt(port ?? '0', 16),
    scheduler: scheduler!,
    // Between its words are one blank or two, by which of them there are.
    flags: flags!.replace(/ +/g, ' '),
    dests: destLines.map(destRow),
  };
}

/** The services by address and port (the kernel's order is that of a hash), their dests in the kernel's order. */
export function parseIpVs(text: string): ServiceRow[] {
  const rows: ServiceRow[] = [];
  const lines = linesOf(text).slice(HEADER_LINES);
  const starts = lines.flatMap((line, index) => (line.startsWith('  ->') ? [] : [index]));
  if (lines.length > 0 && starts[0] !== 0) throw surprise(IP_VS_FILE, lines[0]!);
  for (const [n, start] of starts.entries()) {
    rows.push(serviceRow(lines[start]!, lines.slice(start + 1, starts[n + 1])));
  }
  return rows.sort(
    (a, b) =>
      a.address - b.address ||
      a.port - b.port ||
      (a.protocol < b.protocol ? -1 : a.protocol > b.protocol ? 1 : 0),
  );
}
