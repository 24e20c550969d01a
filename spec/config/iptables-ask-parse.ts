import { hint } from './address-text.ts';
import type { Reading } from './iptables-draft.ts';
import { parseNetwork, parsePorts, parseProtocol } from './iptables-values.ts';
import { didYouMean } from './nearest.ts';
import { parseNumber } from './number-text.ts';
import {
  type CT_ADDRESSES,
  type CT_PORTS,
  CT_STATUSES,
  type CtAsk,
  type CtDirection,
  IPVS_METHODS,
  type IpvsAsk,
} from './rules.ts';
import { TextError } from './text-error.ts';
import type { Word } from './words.ts';

/** What the options of `-m conntrack` and `-m ipvs` ask, one function each. */

export function ctAddress(on: (typeof CT_ADDRESSES)[number]) {
  return ({ value, inverted }: Reading): CtAsk => ({ on, ...parseNetwork(value()), inverted });
}

export function ctPort(on: (typeof CT_PORTS)[number]) {
  return ({ value, inverted }: Reading): CtAsk => ({ on, ...parsePorts(value()), inverted });
}

export function ctProtocol({ value, inverted }: Reading): CtAsk {
  return { on: 'proto', protocol: parseProtocol(value()), inverted };
}

export function ctStatus({ value, inverted }: Reading): CtAsk {
  const word = value();
  const statuses = word.text.split(',').map((text) => oneOf({ ...word, text }, CT_STATUSES, 'status'));
  return { on: 'status', statuses, inverted };
}

export function ctDirection({ value }: Reading): CtAsk {
  return { on: 'dir', direction: direction(value()) };
}

export function ipvsAddress({ value, inverted }: Reading): IpvsAsk {
  return { on: 'vaddr', ...parseNetwork(value()), inverted };
}

export function ipvsPort({ value, inverted }: Reading): IpvsAsk {
  return { on: 'vport', port: parseNumber(value(), 'port', { min: 0, max: 65535 }), inverted };
}

export function ipvsDirection({ value }: Reading): IpvsAsk {
  return { on: 'vdir', direction: direction(value()) };
}

export function ipvsMethod({ value, inverted }: Reading): IpvsAsk {
  const methods = Object.keys(IPVS_METHODS) as (keyof typeof IPVS_METHODS)[];
  return { on: 'vmethod', method: oneOf(value(), methods, 'forwarding method'), inverted };
}

function direction(word: Word): CtDirection {
  return oneOf(word, ['ORIGINAL', 'REPLY'], 'direction');
}

function oneOf<T extends string>(word: Word, words: readonly T[], what: string): T {
  const found = words.find((one) => one === word.text.toUpperCase());
  if (found) return found;
  throw new TextError(word, `"${word.text}" is no ${what}`, {
    allowed: words.join(' '),
    ...hint(didYouMean(word.text, words)),
  });
}
