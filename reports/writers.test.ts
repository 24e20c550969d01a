import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { explainFinding, explainSteps } from './explain.ts';
import { jsonReport } from './json.ts';
import { junitReport } from './junit.ts';
import { captureOf } from './pcapng.ts';
import { runJsonSchema, storedRun } from './run-schema.ts';
import { SAMPLE_RUN } from './sample-run.ts';
import { summaryText } from './summary.ts';

const [finding] = SAMPLE_RUN.findings;
const golden = (name: string) => `./golden/${name}`;
const placeOf = () => ({
  folder: 'out/findings/1-ipvs-masq',
  replay: 'lvscheck replay out/findings/1-ipvs-masq/scenario.yaml',
});

describe('writers', () => {
  it('print what the golden files hold', async () => {
    await expect(jsonReport(SAMPLE_RUN)).toMatchFileSnapshot(golden('report.json'));
    await expect(junitReport(SAMPLE_RUN)).toMatchFileSnapshot(golden('junit.xml'));
    await expect(explainFinding(finding!)).toMatchFileSnapshot(golden('explain.txt'));
    await expect(explainSteps(finding!.steps)).toMatchFileSnapshot(golden('steps.txt'));
    await expect(summaryText(SAMPLE_RUN, { colour: false, placeOf })).toMatchFileSnapshot(
      golden('summary.txt'),
    );
    await expect(Buffer.from(captureOf(finding!, 'model')).toString('hex')).toMatchFileSnapshot(
      golden('model.pcapng.hex'),
    );
  });

  it('put the summary last, in colour only when asked', () => {
    const plain = summaryText(SAMPLE_RUN, { colour: false, placeOf });
    expect(plain.trimEnd().split('\n').at(-1)).toMatch(/^1,200 scenarios, .*: 1,193 agree, 3 mismatch/);
    expect(plain).not.toContain('\u001b[');
    expect(summaryText(SAMPLE_RUN, { colour: true, placeOf })).toContain('\u001b[31m');
  });

  it('make JSON that is read back as it was, frames as hexadecimal text', () => {
    const read = JSON.parse(jsonReport(SAMPLE_RUN));
    expect(read.summary).toEqual(SAMPLE_RUN.summary);
    expect(read.findings[0].steps[1].sent.frame).toMatch(/^0200d1000001/);
  });

  it('leave nothing in XML that XML does not allow', () => {
    const xml = junitReport(SAMPLE_RUN);
    expect(xml).not.toContain('\u0000');
    expect(xml).not.toContain('\u001b');
    expect(xml.replace(/<!\[CDATA\[.*?\]\]>/gs, '')).not.toContain('<script>');
    expect(xml).toMatch(/<testsuites.* tests="4".*/);
  });
});

describe('report.json', () => {
  const published = JSON.parse(readFileSync(new URL('./report.schema.json', import.meta.url), 'utf8'));
  const report = () => JSON.parse(jsonReport(SAMPLE_RUN));

  it('is what the published schema says', async () => {
    await expect(`${JSON.stringify(runJsonSchema(), undefined, 2)}\n`).toMatchFileSnapshot(
      './report.schema.json',
    );
    const validate = new Ajv2020().compile(published);
    expect(validate(report()), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each([
    ['a frame that is no hexadecimal text', (run) => (run.findings[0].steps[1].sent.frame = 'xyz')],
    ['another schema version', (run) => (run.schemaVersion = 2)],
    ['a count that is missing', (run) => delete run.summary.outcomes.agree],
  ] satisfies [string, (run: ReturnType<typeof report>) => void][])('is not %s', (_, spoil) => {
    const spoilt = report();
    spoil(spoilt);
    expect(new Ajv2020().compile(published)(spoilt)).toBe(false);
    expect(storedRun(spoilt)).toHaveProperty('wrong');
  });

  it('is read back as the run that was written, but for its coverage and the scenarios, which are text', () => {
    const { findings, ...run } = { ...SAMPLE_RUN, coverage: [] };
    const withoutScenarios = findings.map(({ scenario: _, ...finding }) => finding);
    expect(storedRun(report())).toEqual({ ...run, findings: withoutScenarios });
  });
});

describe('captureOf', () => {
  it('holds blocks whose two lengths agree, up to the last byte', () => {
    const bytes = captureOf(finding!, 'director');
    const view = new DataView(bytes.buffer);
    const types: number[] = [];
    let at = 0;
    while (at < bytes.length) {
      const length = view.getUint32(at + 4, true);
      expect(view.getUint32(at + length - 4, true)).toBe(length);
      types.push(view.getUint32(at, true));
      at += length;
    }
    expect(at).toBe(bytes.length);
    expect(types).toEqual([0x0a0d0d0a, 1, 1, 6, 6]);
  });
});
