import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import envPaths from 'env-paths';

/**
 * All sources as a few JavaScript files in the cache, for Node.js versions that do not read TypeScript: loading
 * seven hundred files one by one through tsx costs more than a second of CPU time at every start.
 */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDERS = ['generators', 'harness', 'reports', 'spec', 'suites'];
const INSTALLED = ['package.json', 'package-lock.json', 'node_modules/.package-lock.json'];
const DAY_MS = 24 * 3600 * 1000;
/** A bundle that nobody used for so long is garbage; uses are noted once a day. */
const KEPT_DAYS = 7;

/** Written last: what a whole bundle's files weigh. */
const SIZES = 'sizes.json';

/** Changes when any source or package does; costs a stat call for each source. */
function keyOf(entry) {
  const hash = createHash('sha256').update(`3 ${process.version} ${entry}`);
  const sources = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true }).map((name) => join(folder, name)),
  );
  for (const path of [...sources.filter((name) => /\.[jt]s$/.test(name)).sort(), ...INSTALLED]) {
    const { size, mtimeMs } = statSync(join(ROOT, path), { throwIfNoEntry: false }) ?? {};
    hash.update(`\n${path} ${size} ${mtimeMs}`);
  }
  return hash.digest('hex').slice(0, 24);
}

/** A source looks for files beside itself, wherever the bundle is. */
const sourcePlaces = {
  name: 'source-places',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      return {
        loader: 'ts',
        contents: text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
      };
    });
  },
};

async function write(entry, folder) {
  const { build } = await import('esbuild');
  await build({
    entryPoints: { main: entry },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    ...{ bundle: true, splitting: true, format: 'esm', platform: 'node', logLevel: 'silent' },
    // Natives that packages can do without, and that are not built.
    external: ['*.node'],
    // Packages that are CommonJS ask for Node's own modules so.
    banner: { js: "import{createRequire as _cr}from'node:module';const require=_cr(import.meta.url);" },
    plugins: [sourcePlaces],
  });
}

const sizeOf = (path) => statSync(path, { throwIfNoEntry: false })?.size;

function noteSizes(folder) {
  const sizes = readdirSync(folder).map((name) => [name, sizeOf(join(folder, name))]);
  writeFileSync(join(folder, SIZES), JSON.stringify(Object.fromEntries(sizes)));
}

/** A disk that was full, or a machine that lost its power, may leave files that are shorter than what was written. */
function isWhole(folder) {
  try {
    const sizes = JSON.parse(readFileSync(join(folder, SIZES), 'utf8'));
    return Object.entries(sizes).every(([name, size]) => sizeOf(join(folder, name)) === size);
  } catch {
    return false;
  }
}

const unusedFor = (path, days) =>
  statSync(path, { throwIfNoEntry: false })?.mtimeMs < Date.now() - days * DAY_MS;

function sweep(parent) {
  for (const name of readdirSync(parent)) {
    const path = join(parent, name);
    if (unusedFor(path, KEPT_DAYS)) rmSync(path, { recursive: true, force: true });
  }
}

/** A reader sees the folder whole or not at all. */
async function make(entry, parent, folder) {
  const temporary = join(parent, `${randomBytes(6).toString('hex')}.tmp`);
  mkdirSync(parent, { recursive: true });
  sweep(parent);
  try {
    await write(entry, temporary);
    noteSizes(temporary);
    if (existsSync(folder) && !isWhole(folder)) rmSync(folder, { recursive: true, force: true });
    // Another process may have been faster; then its folder, which is the same, stays.
    if (!existsSync(folder)) renameSync(temporary, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** So that `sweep` spares it. A cache that is read-only is not swept either. */
function noteUse(folder) {
  try {
    if (unusedFor(folder, 1)) utimesSync(folder, new Date(), new Date());
  } catch {}
}

/** The bundle of a program, written if need be; `entry` is its source's path. Undefined when that is not possible. */
export async function bundle(entry) {
  try {
    const parent = join(envPaths('lvs-conformance', { suffix: '' }).cache, 'programs');
    const folder = join(parent, keyOf(entry));
    if (!isWhole(folder)) await make(entry, parent, folder);
    noteUse(folder);
    return join(folder, 'main.mjs');
  } catch {
    return undefined;
  }
}
