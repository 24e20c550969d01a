import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { microvmSubject } from '../harness/cli/microvm-subject.ts';
import { ModelDirector } from '../harness/directors/model.ts';
import type { Run } from '../harness/outcome.ts';
import type { Subject } from '../harness/play/seat.ts';
import { readScenarioFile } from '../harness/replay/read-scenario.ts';
import { silent } from '../harness/system/progress.ts';
import { givenProgramme } from './programme.ts';
import { campaignOf, KERNEL } from './properties/reference.ts';

const FOLDER = fileURLToPath(new URL('scenarios', import.meta.url));
const FILES = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yaml'))
  .sort();

/** Modules that the distribution's kernel may not have, by the files that need them. */
const MODULES: Readonly<Record<string, string>> = { 'ipvs/twos-rests-at-weight-0.yaml': 'ip_vs_twos' };

/** What a kernel once taught, and what people reported: played as written, on the distribution's kernel. */
describe('a real kernel agrees with the model', () => {
  let run: Run;
  let lacks: Subject['lacks'];

  beforeAll(async () => {
    const given = await Promise.all(
      FILES.map(async (file) => ({ file, scenario: await readScenarioFile(join(FOLDER, file)) })),
    );
    const model = {
      lead: new ModelDirector(KERNEL),
      referenceFor: (kernel: typeof KERNEL) => new ModelDirector(kernel),
    };
    const subject = await microvmSubject('microvm', undefined, silent);
    lacks = subject.lacks;
    run = await campaignOf([], subject, givenProgramme(given, model)).run();
  });

  it.each(FILES)('on %s', async (file) => {
    const { id = file } = await readScenarioFile(join(FOLDER, file));
    const row = run.claims.find(({ claim }) => claim === id)!;
    expect(run.findings.filter(({ claim }) => claim === id).map(({ headline }) => headline)).toEqual([]);
    expect(row.outcomes).toMatchObject(lacks?.has(MODULES[file]!) ? { unsupported: 1 } : { agree: 1 });
  });
});
