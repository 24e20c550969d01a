import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { microvmSubject } from '../harness/cli/microvm-subject.ts';
import { ModelDirector } from '../harness/directors/model.ts';
import type { Run } from '../harness/outcome.ts';
import { readScenarioFile } from '../harness/replay/read-scenario.ts';
import { silent } from '../harness/system/progress.ts';
import { givenProgramme } from './programme.ts';
import { campaignOf, KERNEL } from './properties/reference.ts';

const FOLDER = fileURLToPath(new URL('scenarios', import.meta.url));
const FILES = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yaml'))
  .sort();

/** What a kernel once taught, and what people reported: played as written, on the distribution's kernel. */
describe('a real kernel agrees with the model', () => {
  let run: Run;

  beforeAll(async () => {
    const given = await Promise.all(
      FILES.map(async (file) => ({ file, scenario: await readScenarioFile(join(FOLDER, file)) })),
    );
    const model = {
      lead: new ModelDirector(KERNEL),
      referenceFor: (kernel: typeof KERNEL) => new ModelDirector(kernel),
    };
    const subject = await microvmSubject('microvm', undefined, silent);
    run = await campaignOf([], subject, givenProgramme(given, model)).run();
  });

  it.each(FILES)('on %s', async (file) => {
    const { id = file } = await readScenarioFile(join(FOLDER, file));
    const row = run.claims.find(({ claim }) => claim === id)!;
    expect(run.findings.filter(({ claim }) => claim === id).map(({ headline }) => headline)).toEqual([]);
    expect(row.outcomes).toMatchObject({ agree: 1 });
  });
});
