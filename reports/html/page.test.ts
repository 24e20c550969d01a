import { describe, expect, it } from 'vitest';
import { hostileRun } from '../hostile-run.fixture.ts';
import { SAMPLE_RUN } from '../sample-run.ts';
import { htmlReport } from './page.ts';

const placeOf = () => ({
  files: [{ name: 'explain.txt', href: 'findings/1/explain.txt' }],
  replay: 'lvscheck replay findings/1/scenario.yaml',
});
const MEGABYTE = 1e6;

describe('htmlReport', () => {
  it('prints what the golden file holds', async () => {
    const page = htmlReport(SAMPLE_RUN, placeOf).replace(/<(style|script)>.*?<\/\1>/gs, '');
    await expect(page).toMatchFileSnapshot('../golden/report.html');
  });

  it('needs nothing but itself', () => {
    const page = htmlReport(SAMPLE_RUN, placeOf);
    expect(page).not.toMatch(/\ssrc=|@import|url\(|href="(?!#|findings\/)/);
  });

  it('has text where texts are, whatever they hold, and stays small with a thousand findings', () => {
    const page = htmlReport(hostileRun(1000), placeOf);
    expect(Buffer.byteLength(page)).toBeLessThan(5 * MEGABYTE);
    expect(page.match(/<script>/g)).toHaveLength(1);
    expect(page).not.toContain('" onload=');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: there must be none.
    expect(page).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ud800]/);
    expect(page).toContain('1,000 findings');
    expect(page).toMatch(/The last \d+ findings would make this page too long/);
  });
});
