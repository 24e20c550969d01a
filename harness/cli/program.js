import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundle } from './bundle.js';

const ROOT = new URL('../../', import.meta.url);

/**
 * URL of an entry, a path below the repository, in a form that this Node runs. 22.18 and 24 read TypeScript by
 * themselves; for others it is made JavaScript, once or, if that fails, file by file now.
 */
export async function program(entry) {
  const source = new URL(entry, ROOT).href;
  if (process.features.typescript) return source;
  const bundled = await bundle(fileURLToPath(source));
  if (bundled) return pathToFileURL(bundled).href;
  const { register } = await import('tsx/esm/api');
  register();
  return source;
}
