import { SYMBOLS } from './cell.ts';
import type { Changes, FindingChange } from './changes.ts';
import { oneLine, printable } from './plain-text.ts';

/** What changed between two runs, for a terminal. */
export function changesText({ findings, cells }: Changes): string {
  if (findings.length + cells.length === 0) return 'Nothing changed.\n';
  const parts = [
    ...cells.map(
      ({ claim, director, before, after }) =>
        `${SYMBOLS[before]} → ${SYMBOLS[after]} ${oneLine(claim)} on ${oneLine(director)}: ${before}, now ${after}`,
    ),
    ...findings.flatMap(changeLines),
  ];
  return `${parts.join('\n')}\n`;
}

const WORDS = { new: 'New', gone: 'Gone', changed: 'Smallest example changed' } as const;

function changeLines({ kind, finding, before }: FindingChange): string[] {
  const { claim, director, headline, scenarioText } = finding;
  return [
    '',
    `${WORDS[kind]}: ${oneLine(claim)} on ${oneLine(director.name)}: ${oneLine(headline)}`,
    ...(before
      ? [...indented('before', before.scenarioText), ...indented('now', scenarioText)]
      : indented('scenario', scenarioText)),
  ];
}

function indented(title: string, text: string): string[] {
  const lines = printable(text).trimEnd().split('\n');
  return [`  ${title}:`, ...lines.map((line) => `    ${line}`)];
}
