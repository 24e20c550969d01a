import { expect, it } from 'vitest';
import { CHANGES } from '../../spec/tables/changes.ts';
import { changesText } from './changes-text.ts';

it('tells of each change since when, what, and where', () => {
  const text = changesText().join('\n');
  for (const { id, mainline, says, source } of CHANGES)
    expect(text).toMatch(
      new RegExp(
        `^${id} +since .*\\b${mainline}\\n    ${escaped(says)}\\n    ${source.file}, ${source.symbol}$`,
        'm',
      ),
    );
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
