import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../../harness/system/find-program.ts';
import { silent } from '../../harness/system/progress.ts';
import { testFolders } from '../../harness/system/test-folders.ts';
import { ensureTools } from '../../harness/system/tools.ts';
import { hostileRun } from '../hostile-run.fixture.ts';
import { SAMPLE_RUN } from '../sample-run.ts';
import { htmlReport } from './page.ts';

/** The page in a real browser: Debian's Chromium, installed like every other tool that is missing. */
const CHROMIUM = { name: 'chromium', package: 'chromium', purpose: 'shows report.html to its tests' };
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const freshFolder = testFolders();
const placeOf = () => ({
  files: [{ name: 'explain.txt', href: 'explain.txt' }],
  replay: 'lvscheck replay x',
});
let browser: Browser;

beforeAll(async () => {
  await ensureTools(silent, [CHROMIUM]);
  // Its sandbox refuses to run as root, and the page is ours.
  browser = await chromium.launch({ executablePath: findProgram('chromium')!, args: ['--no-sandbox'] });
});
afterAll(() => browser?.close());

async function opened(run = SAMPLE_RUN, options: BrowserContextOptions = {}, hash = ''): Promise<Page> {
  const file = join(await freshFolder(), 'report.html');
  writeFileSync(file, htmlReport(run, placeOf));
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on('pageerror', (error) => expect.fail(String(error)));
  page.on('dialog', (dialog) => expect.fail(dialog.message()));
  await page.goto(`${pathToFileURL(file)}${hash}`);
  return page;
}

async function violations(page: Page): Promise<string[]> {
  await page.addScriptTag({ content: AXE });
  // @ts-expect-error axe is a global of the page.
  const { violations: all } = await page.evaluate(() => axe.run());
  return all.map(({ id, impact, nodes }: { id: string; impact: string; nodes: { html: string }[] }) =>
    [impact, id, nodes[0]?.html].join(' '),
  );
}

describe('report.html in a browser', () => {
  it('leads from the matrix to a finding and its ladder, by links that can be kept', async () => {
    const page = await opened();
    await page.locator('td[id="cell-ipvs_masq--microvm_6.1"] a.to').click();
    expect(page.url()).toMatch(/#finding-1$/);
    await page.locator('#finding-1 h3 a').click();
    expect(page.url()).toMatch(/#finding-1-step-1$/);
    expect(await page.locator('#finding-1-step-1 .side.actual').innerText()).toContain('ipv4.ttl 64');
    expect(await page.locator('#finding-1-step-1 .side.expected').innerText()).toContain('ipv4.ttl 63');
    expect(await page.locator('#finding-1-step-1').isVisible()).toBe(true);
  });

  it('filters by claim, director and outcome, and copies', async () => {
    const page = await opened(SAMPLE_RUN, { permissions: ['clipboard-read', 'clipboard-write'] });
    const shown = () => page.locator('.matrix tbody tr:visible code').allInnerTexts();
    await page.getByLabel('claims that begin with').fill('ipvs/');
    expect(await shown()).toEqual(['ipvs/masq', 'ipvs/droute', 'ipvs/edits']);
    await page.getByLabel('outcome').selectOption('mismatch');
    expect(await shown()).toEqual(['ipvs/masq']);
    expect(await page.locator('#shown').innerText()).toBe('1 claim');
    await page.getByRole('button', { name: 'Copy Play it again' }).click();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('lvscheck replay x');
  });

  it.each(['light', 'dark'] as const)(
    'gives axe nothing to complain of when it is %s',
    async (colorScheme) => {
      expect(await violations(await opened(SAMPLE_RUN, { colorScheme }))).toEqual([]);
    },
  );

  it('fits a phone, and is read without its script', async () => {
    const viewport = { width: 400, height: 800 };
    const page = await opened(SAMPLE_RUN, { viewport, javaScriptEnabled: false }, '#finding-1');
    expect(await page.locator('#filters').isVisible()).toBe(false);
    expect(await page.locator('#finding-1 .headline').isVisible()).toBe(true);
    const wide = await opened(SAMPLE_RUN, { viewport });
    expect(await wide.evaluate('document.documentElement.scrollWidth')).toBe(400);
  });

  it('runs nothing that a run holds', async () => {
    const page = await opened(hostileRun(3));
    expect(await page.locator('script').count()).toBe(1);
    expect(await page.locator('#finding-1 .headline').innerText()).toContain('<script>alert(1)</script>');
  });
});
