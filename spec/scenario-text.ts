import { printCommand } from './config/commands-print.ts';
import { TextError } from './config/text-error.ts';
import { type Word, WordReader } from './config/words.ts';
import type { PacketItem, Segment, TimelineItem, Wait } from './scenario.ts';
import { parseDatagram, printDatagram } from './scenario-text/datagram.ts';
import { ECHO_WORDS, parseEcho, printEcho } from './scenario-text/echo.ts';
import { parseIcmpError, printIcmpError } from './scenario-text/icmp.ts';
import { parseOther, printOther } from './scenario-text/other.ts';
import { type PacketHead, parseHead } from './scenario-text/packet.ts';
import { takeSays } from './scenario-text/says.ts';
import { parseSctpChunks, printSctpChunks } from './scenario-text/sctp.ts';
import { type CutOut, parseSegment, printSegment } from './scenario-text/segment.ts';
import { parseWait, printWait } from './scenario-text/wait.ts';

/** A line of a scenario's timeline as people read it; commands begin with `do:`. */
export function printTimelineItem(item: TimelineItem): string {
  switch (item.kind) {
    case 'segment':
      return printSegment(item);
    case 'datagram':
      return printDatagram(item);
    case 'sctp':
      return printSctpChunks(item);
    case 'echo':
      return printEcho(item);
    case 'icmp':
      return printIcmpError(item);
    case 'other':
      return printOther(item);
    case 'wait':
      return printWait(item);
    case 'do':
      return `do: ${printCommand(item.command, 'named')}`;
  }
}

/** A line of the timeline that is a packet or a wait. */
export function parseTimelineText(text: string): PacketItem | Wait {
  const { line: unsaid, says } = takeSays(text);
  const { line, options } = takeOptions(unsaid);
  const reader = new WordReader(line);
  if (/^[\d.]+(ms|s|m|h)$/.test(reader.peek() ?? ''))
    throw new TextError(reader.place, `"${reader.peek()}" lacks its +`, { hint: `write +${reader.peek()}` });
  if (!reader.peek()?.startsWith('+')) return parsePacket(reader, { options, says });
  const wait = parseWait(reader.next('the wait'));
  if (!reader.done)
    throw new TextError(reader.place, `"${reader.peek()}" follows a complete wait`, {
      hint: 'put it on a line of its own',
    });
  return wait;
}

function parsePacket(reader: WordReader, cutOut: CutOut): PacketItem {
  const head = parseHead(reader);
  const item = parseNamed(head, reader);
  if (!item) return parseSegment(head, reader, cutOut);
  const { options, says } = cutOut;
  if (options)
    throw new TextError(options, 'only a segment has options', { hint: `remove <${options.text}>` });
  if (says)
    throw new TextError(says, 'only a segment says something', { hint: `remove says "${says.text}"` });
  return item;
}

/** A packet whose first word says what it is; undefined for a segment, which begins with its flags. */
function parseNamed(head: PacketHead, reader: WordReader): Exclude<PacketItem, Segment> | undefined {
  if (reader.skip('udp')) return parseDatagram(head, reader);
  if (reader.skip('sctp')) return parseSctpChunks(head, reader);
  if (reader.skip(ECHO_WORDS.request)) return parseEcho(head, 'request', reader);
  if (reader.skip(ECHO_WORDS.reply)) return parseEcho(head, 'reply', reader);
  if (reader.skip('proto')) return parseOther(head, reader);
  return reader.skip('icmp') ? parseIcmpError(head, reader) : undefined;
}

/** Cuts out what stands between < and >; blanks take its place, so that all columns stay right. */
function takeOptions(text: string): { line: string; options: Word | undefined } {
  const open = text.indexOf('<');
  if (open < 0) return { line: text, options: undefined };
  const close = text.indexOf('>', open);
  if (close < 0)
    throw new TextError({ line: 1, column: open + 1 }, '< has no >', { hint: 'close the options with >' });
  return {
    line: text.slice(0, open) + ' '.repeat(close + 1 - open) + text.slice(close + 1),
    options: { text: text.slice(open + 1, close), line: 1, column: open + 2 },
  };
}
