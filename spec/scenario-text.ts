import { printCommand } from './config/commands-print.ts';
import { TextError } from './config/text-error.ts';
import { type Word, WordReader } from './config/words.ts';
import type { Segment, TimelineItem, Wait } from './scenario.ts';
import { parseSegment, printSegment } from './scenario-text/segment.ts';
import { parseWait, printWait } from './scenario-text/wait.ts';

/** A line of a scenario's timeline as people read it; commands begin with `do:`. */
export function printTimelineItem(item: TimelineItem): string {
  switch (item.kind) {
    case 'segment':
      return printSegment(item);
    case 'wait':
      return printWait(item);
    case 'do':
      return `do: ${printCommand(item.command, 'named')}`;
  }
}

/** A line of the timeline that is a segment or a wait. */
export function parseTimelineText(text: string): Segment | Wait {
  const { line, options } = takeOptions(text);
  const reader = new WordReader(line);
  if (/^[\d.]+(ms|s|m|h)$/.test(reader.peek() ?? ''))
    throw new TextError(reader.place, `"${reader.peek()}" lacks its +`, { hint: `write +${reader.peek()}` });
  if (!reader.peek()?.startsWith('+')) return parseSegment(reader, options);
  const wait = parseWait(reader.next('the wait'));
  if (!reader.done)
    throw new TextError(reader.place, `"${reader.peek()}" follows a complete wait`, {
      hint: 'put it on a line of its own',
    });
  return wait;
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
