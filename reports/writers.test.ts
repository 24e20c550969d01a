import { describe, expect, it } from 'vitest';
import { explainFinding, explainSteps } from './explain.ts';
import { jsonReport } from './json.ts';
import { junitReport } from './junit.ts';
import { captureOf } from './pcapng.ts';
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
