import { existsSync } from 'node:fs';
import { InputError } from '../errors.ts';

/** What a user means by `--kernel`, its modules aside, told by its shape. */
export type KernelSpec =
  | { kind: 'default' }
  /** Newest of a series: "6.12". */
  | { kind: 'series'; series: string }
  /** A release or a package version, in any of its spellings: "6.1.0-56", "6.12.107", "6.12.107-1". */
  | { kind: 'version'; version: string }
  | { kind: 'package'; name: string }
  /** An image or a build tree; `modules` when the user says where an image's modules are. */
  | { kind: 'path'; path: string; modules: string | undefined };

export const allowedSpecs =
  'default, a series (6.12), a version (6.1.0-56 or 6.12.107), deb:PACKAGE, IMAGE[:MODULES-FOLDER] or BUILD-TREE; each with ,PATH.ko for modules in place of its own';

/** "6.1,/tmp/ip_vs.ko": a kernel, and module files in place of its own. */
export function splitModules(text: string | undefined): {
  kernel: string | undefined;
  modules: readonly string[];
} {
  if (text === undefined) return { kernel: undefined, modules: [] };
  const [, kernel, list] = /^(.*?)((?:,[^,]+\.ko(?:\.gz|\.xz|\.zst)?)*)$/s.exec(text)!;
  return { kernel, modules: list!.split(',').slice(1) };
}

const shapes: readonly [RegExp, (text: string) => KernelSpec][] = [
  [/^deb:[a-z0-9][a-z0-9.+-]+$/, (text) => ({ kind: 'package', name: text.slice('deb:'.length) })],
  [/^\d+\.\d+$/, (series) => ({ kind: 'series', series })],
  [/^(?:linux-image-)?\d+\.\d+[a-zA-Z0-9._+~-]*$/, versionSpec],
];

function versionSpec(text: string): KernelSpec {
  return { kind: 'version', version: text.replace(/^linux-image-/, '') };
}

/** "IMAGE:MODULES", unless a file has a colon in its name. */
function pathSpec(text: string): KernelSpec | undefined {
  if (existsSync(text)) return { kind: 'path', path: text, modules: undefined };
  const colon = text.lastIndexOf(':');
  const path = text.slice(0, colon);
  if (colon <= 0 || !existsSync(path)) return undefined;
  const modules = text.slice(colon + 1);
  if (!existsSync(modules)) throw new InputError(`kernel ${text}: there is no modules folder ${modules}`);
  return { kind: 'path', path, modules };
}

/** A text that no kernel could ever be called is the user's mistake, whatever is on offer. */
export function parseKernelSpec(text: string | undefined): KernelSpec {
  if (text === undefined || text === 'default') return { kind: 'default' };
  const [, read] = shapes.find(([shape]) => shape.test(text)) ?? [];
  const spec = read?.(text) ?? pathSpec(text);
  if (spec !== undefined) return spec;
  if (text.includes('/')) throw new InputError(`kernel ${text}: there is no such file or folder`);
  throw new InputError(`kernel "${text}" is not understood; allowed: ${allowedSpecs}`);
}
