import { z } from 'zod';

/** A package as a package source offers it. */
export const offeredPackage = z.strictObject({
  name: z.string(),
  version: z.string(),
  /** Name of the source package it was built from. */
  source: z.string(),
  /** Names only, of alternatives the first. */
  depends: z.array(z.string()),
  uri: z.string(),
  sizeBytes: z.number(),
  sha256: z.string(),
  /** Where it is offered: "trixie-backports". */
  suite: z.string(),
});
export type OfferedPackage = z.infer<typeof offeredPackage>;

/** Where a list comes from: file names in it are relative to the repository. */
export interface ListOrigin {
  repository: string;
  suite: string;
}

/** "a (>= 1) | b, c" -> ["a", "c"]: of alternatives apt takes the first that can be had. */
function dependencyNames(field: string): string[] {
  return field
    .split(',')
    .map((clause) => clause.trim().split(/[\s(|:]/)[0] ?? '')
    .filter((name) => name !== '');
}

/** One stanza: "Field: value" lines, continuation lines begin with a blank. */
function parseStanza(text: string, { repository, suite }: ListOrigin): OfferedPackage {
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1] ?? '';
  const name = field('Package');
  return {
    name,
    version: field('Version'),
    source: field('Source').split(' ')[0] || name,
    depends: [...dependencyNames(field('Pre-Depends')), ...dependencyNames(field('Depends'))],
    uri: new URL(field('Filename'), `${repository.replace(/\/*$/, '')}/`).href,
    sizeBytes: Number(field('Size')),
    sha256: field('SHA256'),
    suite,
  };
}

/** What we look at of the tens of thousands of packages in a list; debugging symbols are large and of no use here. */
const kernelStanza = /^Package: linux-(?:image|binary|modules|base)(?!\S*-dbg$).*\n(?:.+\n)*/gm;

/** The kernel packages in the text of one Packages file. */
export function parsePackages(text: string, origin: ListOrigin): OfferedPackage[] {
  return [...text.matchAll(kernelStanza)].map(([stanza]) => parseStanza(stanza, origin));
}
