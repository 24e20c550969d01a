import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One entry of the machine's package sources; a URI with all its suites. */
export interface AptSource {
  uris: string[];
  suites: string[];
  components: string[];
  /** Keyrings, fingerprints or a whole key, as apt takes it; '' is apt's own choice. */
  signedBy: string;
  /** "yes" when the administrator trusts it unsigned; '' is apt's own judgement. */
  trusted: string;
}

const words = (text: string | undefined): string[] => (text ?? '').split(/\s+/).filter(Boolean);

/** "deb [signed-by=/a trusted=yes] URI SUITE COMPONENT…" (sources.list(5), one-line style). */
export function parseOneLine(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line);
    if (match === null) return [];
    const [, options, uri, suite, components] = match;
    const option = (name: string): string => new RegExp(`\\b${name}=(\\S+)`).exec(options ?? '')?.[1] ?? '';
    return {
      uris: [uri!],
      suites: [suite!],
      components: words(components),
      signedBy: option('signed-by'),
      trusted: option('trusted'),
    };
  });
}

/** "Field: value" with continuation lines; field names in any case. */
function fieldsOf(stanza: string): Map<string, string> {
  const lines = stanza.split('\n').filter((line) => !line.startsWith('#'));
  const fields = lines.join('\n').matchAll(/^([\w-]+):[ \t]*(.*(?:\n[ \t].*)*)/gm);
  return new Map([...fields].map(([, name, value]) => [name!.toLowerCase(), value!]));
}

/** Stanzas "Types: deb / URIs: … / Suites: …" (sources.list(5), deb822 style). */
export function parseDeb822(text: string): AptSource[] {
  return text.split(/\n(?:[ \t]*\n)+/).flatMap((stanza) => {
    const fields = fieldsOf(stanza);
    const enabled = !/^(?:no|false|0)$/i.test(fields.get('enabled') ?? '');
    if (!enabled || !words(fields.get('types')).includes('deb')) return [];
    return {
      uris: words(fields.get('uris')),
      suites: words(fields.get('suites')),
      components: words(fields.get('components')),
      signedBy: fields.get('signed-by') ?? '',
      trusted: fields.get('trusted') ?? '',
    };
  });
}

/** All package sources that the administrator set up, in both formats; unreadable files count as absent. */
export async function readAptSources(folder = '/etc/apt'): Promise<AptSource[]> {
  const parts = join(folder, 'sources.list.d');
  const names = (await readdir(parts).catch(() => [])).sort();
  const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
  const sources = parseOneLine(await read(join(folder, 'sources.list')));
  for (const name of names) {
    const text = await read(join(parts, name));
    if (name.endsWith('.list')) sources.push(...parseOneLine(text));
    if (name.endsWith('.sources')) sources.push(...parseDeb822(text));
  }
  return sources;
}

/** One entry in deb822 style, of which apt fetches nothing but the list of packages. */
export function printDeb822({ uris, suites, components, signedBy, trusted }: AptSource): string {
  const lines = [
    'Types: deb',
    `URIs: ${uris.join(' ')}`,
    `Suites: ${suites.join(' ')}`,
    `Components: ${components.join(' ')}`,
    'Architectures: amd64',
    'Targets: Packages',
    ...(signedBy === '' ? [] : [`Signed-By: ${signedBy}`]),
    ...(trusted === '' ? [] : [`Trusted: ${trusted}`]),
  ];
  return `${lines.join('\n')}\n`;
}
