import { describe, expect, it } from 'vitest';
import type { Run } from '../harness/outcome.ts';
import { changesBetween } from './changes.ts';
import { changesText } from './changes-text.ts';
import { hostileRun } from './hostile-run.fixture.ts';
import { changesPage } from './html/changes-page.ts';
import { SAMPLE_RUN } from './sample-run.ts';

const [finding] = SAMPLE_RUN.findings;
const withFindings = (...findings: Run['findings']): Run => ({ ...SAMPLE_RUN, findings });
const kinds = (before: Run, after: Run) => changesBetween(before, after).findings.map(({ kind }) => kind);

describe('changesBetween', () => {
  it('is silent about what stayed, whatever its number and seed', () => {
    const renumbered = withFindings({ ...finding!, number: 7, origin: { seed: 9, index: 1 } });
    expect(changesBetween(SAMPLE_RUN, renumbered)).toEqual({ findings: [], cells: [] });
    expect(changesText(changesBetween(SAMPLE_RUN, renumbered))).toBe('Nothing changed.\n');
  });

  it('tells new, gone and changed', () => {
    const other = { ...finding!, signature: 'frames tcp.sport' };
    const smaller = { ...finding!, scenarioText: 'smaller' };
    expect(kinds(withFindings(), withFindings(finding!))).toEqual(['new']);
    expect(kinds(withFindings(finding!), withFindings())).toEqual(['gone']);
    expect(kinds(withFindings(finding!), withFindings(smaller, other))).toEqual(['changed', 'new']);
  });

  it('tells which claims end otherwise', () => {
    const claims = SAMPLE_RUN.claims.filter(({ claim }) => claim !== 'ipvs/edits');
    const { cells } = changesBetween(SAMPLE_RUN, { ...SAMPLE_RUN, claims });
    expect(cells).toEqual([
      { claim: 'ipvs/edits', director: 'microvm:6.1', before: 'known-difference', after: 'not-played' },
    ]);
  });
});

it('prints changes as text and as a page, whatever the texts hold', async () => {
  const changes = changesBetween(withFindings(), SAMPLE_RUN);
  await expect(changesText(changes)).toMatchFileSnapshot('./golden/changes.txt');
  const page = changesPage(changesBetween(SAMPLE_RUN, hostileRun(2)));
  expect(page).toContain('Findings: 2 new, 1 gone, 0 changed');
  expect(page).not.toContain('<script>');
});
