import { CLAIMS } from '../../suites/claims.ts';
import { type CorpusEntry, coverageOfHowto, readCorpus } from '../../suites/corpus.ts';
import { groupBy } from '../../suites/group-by.ts';
import { REPORTS, scenariosOf } from '../../suites/reports.ts';
import { BROKEN_DIRECTORS } from '../directors/broken.ts';
import { EXIT } from './exit-code.ts';

interface Row {
  readonly id: string;
  readonly says: string;
}

/** `lvscheck list`: what can be asked for by name, and what of the LVS-HOWTO scenarios tell. */
export async function listCommand(): Promise<number> {
  const corpus = await readCorpus();
  const directors = [
    { id: 'microvm', says: 'a real kernel in QEMU, with virtual time; microvm:6.12 names another kernel' },
    {
      id: 'container',
      says: "this machine's own kernel, in a container of Docker's; container:IMAGE has its own tools",
    },
    {
      id: 'container-vm',
      says: 'as microvm, but QEMU runs in a container; container-vm:6.12 names another kernel',
    },
    { id: 'model', says: 'the reference model against itself' },
    ...BROKEN_DIRECTORS.map(({ id, says }) => ({ id: `broken:${id}`, says })),
  ];
  const claims = CLAIMS.map(({ id, says, source }) => ({ id, says: `${says} (${source.file})` }));
  const blocks = [
    table('Claims (--claim)', claims),
    table('Directors (--on)', directors),
    ...[...groupBy(corpus, ({ topic }) => topic)].map(([topic, entries]) => scenarios(topic, entries)),
    howto(corpus),
    reports(corpus),
  ];
  console.log(blocks.map((lines) => lines.join('\n')).join('\n\n'));
  return EXIT.agree;
}

function reports(corpus: readonly CorpusEntry[]): string[] {
  const rows = REPORTS.map((report) => ({ report, ids: scenariosOf(report, corpus).map(({ id }) => id) }));
  const told = rows.filter(({ ids }) => ids.length > 0).length;
  return table(
    `Reports: ${told} of ${rows.length} have scenarios`,
    rows.map(({ report: { id, instead }, ids }) => ({
      id,
      says: ids.length > 0 ? ids.join(', ') : `no scenario; ${instead}`,
    })),
  );
}

function table(title: string, rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map(({ id }) => id.length));
  return [title, ...rows.map(({ id, says }) => `  ${id.padEnd(width)}  ${says}`)];
}

function scenarios(topic: string, entries: readonly CorpusEntry[]): string[] {
  const rows = entries.map(({ id, title, source }) => ({ id, says: `${title} (${source})` }));
  return table(`Scenarios: ${topic} (lvscheck replay suites/scenarios/${topic}/*.yaml)`, rows);
}

function howto(corpus: readonly CorpusEntry[]): string[] {
  const coverage = coverageOfHowto(corpus);
  const told = coverage.filter(({ ids }) => ids.length > 0).length;
  const rows = coverage.map(({ section, title, ids, instead }) => ({
    id: section,
    says: `${title}: ${ids.length > 0 ? ids.join(', ') : `no scenario; ${instead}`}`,
  }));
  return table(`LVS-HOWTO, chapter 29: ${told} of ${coverage.length} sections have scenarios`, rows);
}
