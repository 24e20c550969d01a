import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readScenarioFile } from '../harness/replay/read-scenario.ts';
import { HOWTO_SECTIONS, type HowtoSection, sectionsIn } from './howto.ts';

/** A scenario of `suites/scenarios`; the folder that it lies in is its topic. */
export interface CorpusEntry {
  readonly topic: string;
  readonly file: string;
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly story: string;
  /** How many facts its author expects to see. */
  readonly expects: number;
}

const FOLDER = fileURLToPath(new URL('./scenarios', import.meta.url));

/** All of them, by topic and file name. */
export async function readCorpus(): Promise<readonly CorpusEntry[]> {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .sort();
  return Promise.all(files.map(readEntry));
}

async function readEntry(file: string): Promise<CorpusEntry> {
  const scenario = await readScenarioFile(join(FOLDER, file));
  const { id = file, title = '', source = '', story = '', expectations = [] } = scenario;
  const place = { topic: dirname(file), file: join('suites/scenarios', file) };
  return { ...place, id, title, source, story, expects: expectations.length };
}

/** Which scenarios tell of each section. */
export function coverageOfHowto(
  corpus: readonly CorpusEntry[],
): readonly (HowtoSection & { readonly ids: readonly string[] })[] {
  return HOWTO_SECTIONS.map((row) => ({
    ...row,
    ids: corpus.filter(({ source }) => sectionsIn(source).includes(row.section)).map(({ id }) => id),
  }));
}
