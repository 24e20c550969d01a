import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { silent } from '../system/progress.ts';
import { runProgram } from '../system/run-program.ts';
import { testFolders } from '../system/test-folders.ts';
import { ensureTools } from '../system/tools.ts';
import { buildAgent } from './agent-build.ts';
import { Cache } from './cache.ts';

const freshFolder = testFolders();

beforeAll(() => ensureTools(silent));

let sources: string;
let cache: Cache;
beforeEach(async () => {
  sources = await freshFolder();
  cache = new Cache(await freshFolder());
  await writeFile(join(sources, 'word.h'), '#define WORD "hello"\n');
  await writeFile(
    join(sources, 'main.c'),
    '#include <stdio.h>\n#include "word.h"\nint main(void) { return puts(WORD) < 0; }\n',
  );
});

it('compiles all sources into one static program', async () => {
  const path = await buildAgent(silent, { sources, cache });
  expect((await runProgram(path, [])).toString()).toBe('hello\n');
});

it('compiles again only when a source or a header changed', async () => {
  const said: string[] = [];
  const build = (): Promise<string> => buildAgent((message) => void said.push(message), { sources, cache });
  const first = await build();
  expect(await build()).toBe(first);
  await writeFile(join(sources, 'word.h'), '#define WORD "goodbye"\n');
  expect((await runProgram(await build(), [])).toString()).toBe('goodbye\n');
  expect(said).toHaveLength(2);
});

it('shows the first complaint of the compiler, warnings included', async () => {
  await writeFile(join(sources, 'main.c'), 'int main(void) { int unused; return 0; }\n');
  await expect(buildAgent(silent, { sources, cache })).rejects.toThrow(
    /^gcc failed: main\.c:1:22: error: unused variable/,
  );
});
