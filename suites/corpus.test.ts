import { beforeAll, describe, expect, it } from 'vitest';
import { type CorpusEntry, coverageOfHowto, readCorpus } from './corpus.ts';
import { HOWTO_SECTIONS, sectionsIn } from './howto.ts';
import { REPORTS, scenariosOf, tells } from './reports.ts';

describe('the corpus of scenarios', () => {
  let corpus: readonly CorpusEntry[];
  beforeAll(async () => {
    corpus = await readCorpus();
  });

  it('gives each an id of its own, a title and a source', () => {
    expect(new Set(corpus.map(({ id }) => id)).size).toBe(corpus.length);
    expect(corpus.filter(({ title, source }) => !title || !source).map(({ file }) => file)).toEqual([]);
  });

  it('tells of each section of the HOWTO, or says what stands for it', () => {
    const silent = coverageOfHowto(corpus).filter(
      ({ ids, instead }) => (ids.length === 0) !== Boolean(instead),
    );
    expect(silent.map(({ section }) => section)).toEqual([]);
  });

  it('has each report, or says what stands for it', () => {
    expect(REPORTS).toHaveLength(55);
    const silent = REPORTS.filter(
      (report) => (scenariosOf(report, corpus).length === 0) !== Boolean(report.instead),
    );
    expect(silent.map(({ id }) => id)).toEqual([]);
  });

  it('tells each report and each section in about two sentences, and says what is to be seen', () => {
    const telling = corpus.filter(
      (entry) => sectionsIn(entry.source).length > 0 || REPORTS.some((report) => tells(entry, report)),
    );
    expect(telling.length).toBeGreaterThan(90);
    const sentences = (story: string): number => story.split(/(?<=[.?!]) /).filter(Boolean).length;
    const wordless = telling.filter(
      ({ story, expects }) => sentences(story) < 2 || sentences(story) > 3 || expects === 0,
    );
    expect(wordless.map(({ file }) => file)).toEqual([]);
  });

  it('names no section that there is not', () => {
    const known = HOWTO_SECTIONS.map(({ section }) => section);
    const named = corpus.flatMap(({ source }) => sectionsIn(source));
    expect(named.filter((section) => !known.includes(section))).toEqual([]);
  });
});
