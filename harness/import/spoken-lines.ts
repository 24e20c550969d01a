import { parseTcpHeader } from '../../spec/wire/tcp.ts';
import { textIn } from './ftp-control.ts';
import type { CapturedPacket } from './packet.ts';

/**
 * What is said on connections, whole lines where they come in several segments. A director that rewrites lines reads
 * each segment alone (ip_vs_ftp), and conntrack drops the first half of an announcement (nf_conntrack_ftp), but whom it was
 * for may put it together, and then data comes.
 */
export class SpokenLines {
  /** By both ends: a line without an end, and the sequence number of what comes next in it. */
  readonly #unfinished = new Map<string, { readonly text: string; readonly next: number }>();

  /** The segment's text behind what its line began with before; undefined where it says nothing. */
  in(packet: CapturedPacket): string | undefined {
    const said = textIn(packet);
    if (said === undefined) return undefined;
    const { seq, sourcePort, destinationPort } = parseTcpHeader(packet.body)!;
    const key = `${packet.source}:${sourcePort} ${packet.destination}:${destinationPort}`;
    const before = this.#unfinished.get(key);
    const text = before?.next === seq ? before.text + said : said;
    const line = text.slice(text.lastIndexOf('\n') + 1);
    if (line.length > MOST_LINE_BYTES || line === '') this.#unfinished.delete(key);
    else this.#unfinished.set(key, { text: line, next: (seq + said.length) >>> 0 });
    return text;
  }
}

/** No line that announces anything is longer. */
const MOST_LINE_BYTES = 1000;
