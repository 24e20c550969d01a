import { hint } from './address-text.ts';
import type { Parameter } from './ipvsadm-options.ts';
import { didYouMean } from './nearest.ts';
import { parseNumber } from './number-text.ts';
import type { Encapsulation, TunnelChecksum } from './services.ts';
import { TextError } from './text-error.ts';
import type { Word } from './words.ts';

type Given = ReadonlyMap<Parameter, Word>;

const TYPES = ['ipip', 'gue', 'gre'] as const;
type TunnelType = (typeof TYPES)[number];

/** Which options go with which type, as in tunnel_types_v_options of ipvsadm.c. */
const TAKES: Readonly<Record<TunnelType, readonly Parameter[]>> = {
  ipip: [],
  gue: ['--tun-port', '--tun-nocsum', '--tun-csum', '--tun-remcsum'],
  gre: ['--tun-nocsum', '--tun-csum'],
};

const CHECKSUM_OPTIONS = {
  '--tun-nocsum': 'nocsum',
  '--tun-csum': 'csum',
  '--tun-remcsum': 'remcsum',
} as const satisfies Partial<Record<Parameter, TunnelChecksum>>;

/** What `--tun-type` and its like say; nothing for IP in IP, which needs no saying. */
export function parseEncapsulation(given: Given): Encapsulation | undefined {
  const options = [...given.entries()].filter(([name]) => name.startsWith('--tun-'));
  const [first] = options;
  if (first && !given.has('-i'))
    throw new TextError(first[1], `${first[0]} is for tunnels only`, { hint: 'add -i, or remove it' });
  const type = tunnelType(given.get('--tun-type'));
  for (const [name, word] of options)
    if (name !== '--tun-type' && !TAKES[type].includes(name))
      throw new TextError(word, `${name} does not go with --tun-type ${type}`, {
        allowed: TAKES[type].join(' ') || 'nothing else',
      });
  if (type === 'ipip') return undefined;
  const checksum = tunnelChecksum(given);
  if (type === 'gre') return { type, checksum: checksum === 'csum' ? 'csum' : 'nocsum' };
  const port = given.get('--tun-port');
  if (!port)
    throw new TextError(given.get('--tun-type')!, '--tun-type gue needs a port', {
      hint: 'add --tun-port, as in --tun-port 6080',
    });
  return { type, port: parseNumber(port, 'tunnel port', { min: 1, max: 65535 }), checksum };
}

function tunnelType(word: Word | undefined): TunnelType {
  if (!word) return 'ipip';
  const type = TYPES.find((one) => one === word.text);
  if (type) return type;
  throw new TextError(word, `"${word.text}" is no type of tunnel`, {
    allowed: TYPES.join(' '),
    ...hint(didYouMean(word.text, TYPES)),
  });
}

function tunnelChecksum(given: Given): TunnelChecksum {
  const [name, another] = (Object.keys(CHECKSUM_OPTIONS) as (keyof typeof CHECKSUM_OPTIONS)[]).filter((one) =>
    given.has(one),
  );
  if (another)
    throw new TextError(given.get(another)!, `${name} and ${another} exclude each other`, {
      hint: 'remove one of them',
    });
  return name === undefined ? 'nocsum' : CHECKSUM_OPTIONS[name];
}
