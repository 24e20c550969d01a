import { type Ipv4, parseIpv4 } from '../../spec/wire/address.ts';
import { InputError } from '../errors.ts';
import type { Shard } from '../outcome.ts';

/** Readers of option values. Each says what it got and what it takes. */

export function wholeNumber(option: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InputError(`${option} ${text}: not a whole number from ${least} to ${most}`);
  };
}

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** `90s`, `5m`, `2h`, `500ms` in milliseconds. */
export function duration(option: string): (text: string) => number {
  return (text) => {
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
    if (match) return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
    throw new InputError(`${option} ${text}: not a duration; write 500ms, 90s, 5m or 2h`);
  };
}

const MOST_SHARDS = 100_000;

/** `0/4` is the first of four: the index counts from 0, as a Kubernetes completion index does. */
export function shard(option: string): (text: string) => Shard {
  return (text) => {
    const match = /^(\d{1,6})\/(\d{1,6})$/.exec(text);
    const [index, count] = [Number(match?.[1]), Number(match?.[2])];
    if (match && index < count && count <= MOST_SHARDS) return { index, count };
    throw new InputError(`${option} ${text}: not a shard; the first of four is 0/4, the last 3/4`);
  };
}

/** For options that name addresses, once or several times. */
export function addresses(option: string): (text: string, before?: readonly Ipv4[]) => Ipv4[] {
  return (text, before = []) => {
    const address = parseIpv4(text);
    if (address !== undefined) return [...before, address];
    throw new InputError(`${option} ${text}: not an IPv4 address; write it as in 192.0.2.1`);
  };
}

/** For options that may be given several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
