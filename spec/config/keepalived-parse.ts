import { type Drafted, readDrafted } from './drafted.ts';
import type { VirtualService } from './services.ts';
import { parseServices } from './services-parse.ts';
import { TextError } from './text-error.ts';
import { splitLines, splitWords, type Word } from './words.ts';

/** keepalived.conf is told from the tools' own texts by its blocks. */
export function isKeepalivedConf(text: string): boolean {
  return /^\s*virtual_server(_group)?\s/m.test(text);
}

/** A setting or a block: its words, and what stands between its braces. */
interface Entry {
  readonly words: readonly Word[];
  readonly inside: readonly Entry[];
}

/** Checkers are the deepest, at four. */
const DEEPEST = 20;

/** The virtual services of a keepalived.conf as keepalived gives them to IPVS when all servers are up. */
export function parseKeepalived(text: string): VirtualService[] {
  const entries = parseEntries(text);
  const groups = entries.filter(named('virtual_server_group'));
  const drafted = entries.filter(named('virtual_server')).flatMap((entry) => {
    const servers = entry.inside.filter(named('real_server'));
    return namesOf(entry, groups).flatMap((name): Drafted[] => [
      { line: lineOf(entry), text: ['-A', ...name, ...settings(entry)].join(' ') },
      ...servers.map((server) => ({
        line: lineOf(server),
        text: ['-a', ...name, ...serverWords(server, entry)].join(' '),
      })),
    ]);
  });
  return readDrafted(drafted, parseServices);
}

const named =
  (name: string) =>
  ({ words }: Entry): boolean =>
    words[0]!.text === name;

const lineOf = ({ words }: Entry): number => words[0]!.line;

/** Words up to the end of a line are a setting; a { after them, also on the next line, makes them a block's name. */
function parseEntries(text: string): Entry[] {
  const open: { words: Word[]; inside: Entry[] }[] = [{ words: [], inside: [] }];
  let words: Word[] = [];
  const settled = (): void => {
    if (words.length > 0) open.at(-1)!.inside.push({ words, inside: [] });
    words = [];
  };
  for (const word of tokens(text)) {
    if (word.text === '{') {
      if (words.length === 0) throw new TextError(word, 'a block has no name');
      if (open.length > DEEPEST) throw new TextError(word, 'blocks are nested too deeply');
      open.push({ words, inside: [] });
      words = [];
      continue;
    }
    if (word.text === '}' || word.line !== words[0]?.line) settled();
    if (word.text !== '}') {
      words.push(word);
      continue;
    }
    const closed = open.pop()!;
    if (open.length === 0) throw new TextError(word, '} closes nothing', { hint: 'remove it' });
    open.at(-1)!.inside.push(closed);
  }
  settled();
  const [whole, unclosed] = open;
  if (unclosed) throw new TextError(unclosed.words[0]!, 'the block is not closed', { hint: 'add }' });
  return whole!.inside;
}

/** Comments begin with ! or #. */
function tokens(text: string): Word[] {
  return splitLines(text).flatMap((line) =>
    splitWords(line.text.replace(/(^|\s)[!#].*$/, '').replace(/[{}]/g, ' $& '), line),
  );
}

/** Each name that a virtual server has, as ipvsadm's options: by address, by mark, or all of a group. */
function namesOf({ words, inside }: Entry, groups: readonly Entry[]): string[][] {
  const [first, kind, name] = words;
  if (!kind) throw new TextError(first!, 'the address of the virtual server is missing');
  const protocol = PROTOCOLS[inside.find(named('protocol'))?.words[1]?.text ?? 'TCP'];
  if (protocol === undefined)
    throw new TextError(inside.find(named('protocol'))!.words[0]!, 'there is no such protocol', {
      allowed: Object.keys(PROTOCOLS).join(' '),
    });
  if (kind.text === 'fwmark') return [['-f', name?.text ?? '']];
  if (kind.text !== 'group') return [[protocol, `${kind.text}:${name?.text ?? '0'}`]];
  const group = groups.find((one) => one.words[1]?.text === name?.text);
  if (!group) throw new TextError(name ?? kind, `there is no virtual_server_group ${name?.text ?? ''}`);
  return group.inside.map(({ words: [address, port] }) =>
    address!.text === 'fwmark'
      ? ['-f', port?.text ?? '']
      : [protocol, `${address!.text}:${port?.text ?? '0'}`],
  );
}

const PROTOCOLS: Readonly<Record<string, string>> = { TCP: '-t', UDP: '-u', SCTP: '--sctp-service' };

/** keepalived's words for what `ipvsadm -A` says; lb_… is how they were called first. */
function settings({ inside }: Entry): string[] {
  const value = (...names: string[]) =>
    inside.find(({ words }) => names.includes(words[0]!.text))?.words[1]?.text;
  const flags = inside.flatMap(({ words: [first] }) => FLAGS[first!.text] ?? []);
  const has = (name: string) => inside.some(named(name));
  const [scheduler, persistence, mask] = [
    value('lvs_sched', 'lb_algo'),
    has('persistence_timeout') && (value('persistence_timeout') ?? '360'),
    value('persistence_granularity'),
  ];
  return [
    ...(scheduler ? ['-s', scheduler] : []),
    ...(flags.length > 0 ? ['-b', flags.join(',')] : []),
    ...(persistence ? ['-p', persistence] : []),
    ...(mask ? ['-M', mask] : []),
    ...(has('ops') ? ['-o'] : []),
  ];
}

const FLAGS: Readonly<Record<string, string>> = {
  ...{
    'sh-port': 'sh-port',
    'sh-fallback': 'sh-fallback',
    'mh-port': 'mh-port',
    'mh-fallback': 'mh-fallback',
  },
};

const METHODS: Readonly<Record<string, string>> = { NAT: '-m', DR: '-g', TUN: '-i' };

/** A real server forwards as its virtual server does, unless it says otherwise. */
function serverWords(server: Entry, service: Entry): string[] {
  const [first, address, port] = server.words;
  if (!address) throw new TextError(first!, 'the address of the real server is missing');
  const kind = [...server.inside, ...service.inside].find(
    ({ words: [name] }) => name!.text === 'lvs_method' || name!.text === 'lb_kind',
  )?.words;
  const method = METHODS[kind?.[1]?.text ?? 'NAT'];
  if (method === undefined)
    throw new TextError(kind![1] ?? kind![0]!, `there is no method ${kind![1]?.text ?? ''}`, {
      allowed: Object.keys(METHODS).join(' '),
    });
  const number = (name: string, option: string): string[] => {
    const entry = server.inside.find(named(name));
    return entry ? [option, entry.words[1]?.text ?? ''] : [];
  };
  return [
    ...['-r', port ? `${address.text}:${port.text}` : address.text, method],
    ...(server.inside.some(named('weight')) ? number('weight', '-w') : ['-w', '1']),
    ...number('uthreshold', '-x'),
    ...number('lthreshold', '-y'),
  ];
}
