import { isServiceList, parseServiceList } from '../../spec/config/ipvsadm-list-parse.ts';
import { isKeepalivedConf, parseKeepalived } from '../../spec/config/keepalived-parse.ts';
import { isNftRuleset, parseNftRuleset } from '../../spec/config/nft-parse.ts';
import type { Rule, Ruleset } from '../../spec/config/rules.ts';
import { parseRuleset } from '../../spec/config/ruleset-parse.ts';
import type { VirtualService } from '../../spec/config/services.ts';
import { parseServices } from '../../spec/config/services-parse.ts';
import { TextError } from '../../spec/config/text-error.ts';
import type { Ipv4 } from '../../spec/wire/address.ts';
import { inputError } from '../replay/input-error.ts';
import { readText } from '../replay/read-scenario.ts';
import type { Reachable } from './classify.ts';

/** A text about the director, and the file that it is from. */
export interface GivenText {
  readonly file: string;
  readonly text: string;
}

export async function given(file: string): Promise<GivenText> {
  return { file, text: await readText(file) };
}

/** Reads it; what is wrong is told by file, line and column. */
export function inGiven<T>({ file, text }: GivenText, read: (text: string) => T): T {
  try {
    return read(text);
  } catch (error) {
    throw error instanceof TextError ? inputError({ file }, error, error.message) : error;
  }
}

/** `ipvsadm-save -n`, `ipvsadm -Ln`, or keepalived.conf: each is known by its look. */
export function servicesIn(given: GivenText): VirtualService[] {
  return inGiven(given, (text) => {
    if (isKeepalivedConf(text)) return parseKeepalived(text);
    const services = isServiceList(text) ? parseServiceList(text) : parseServices(text);
    if (services.length > 0) return services;
    throw new TextError({ line: 1, column: 1 }, 'there is no virtual service in it', {
      allowed: 'ipvsadm-save -n, ipvsadm -Ln, or virtual_server blocks of keepalived.conf',
    });
  });
}

/** `iptables-save` or `nft list ruleset`. */
export function rulesIn(given: GivenText): Ruleset {
  return inGiven(given, (text) => (isNftRuleset(text) ? parseNftRuleset(text) : parseRuleset(text)));
}

/** Where the text says this, for complaints about what it means. */
export function placeOf({ text }: GivenText, what: string): { line: number; column: number } {
  const lines = text.split('\n');
  const line = Math.max(
    0,
    lines.findIndex((one) => one.includes(what)),
  );
  return { line: line + 1, column: Math.max(0, lines[line]!.indexOf(what)) + 1 };
}

/**
 * Where services can be reached; those by mark at the destinations of the rules that give it, or, where a rule names none,
 * at all addresses of the director: those of other services, and `own` ones.
 */
export function reachableIn(
  services: readonly VirtualService[],
  { tables }: Ruleset,
  own: readonly Ipv4[] = [],
): Reachable[] {
  const addressed = services.flatMap((one) => (one.protocol === 'fwm' ? [] : [one.address]));
  const local = [...new Set([...addressed, ...own])];
  const rules = tables.flatMap(({ chains }) => chains.flatMap((chain) => chain.rules));
  return services.flatMap((service): Reachable[] => {
    if (service.protocol === 'fwm')
      return rules.flatMap((rule) =>
        rule.target?.kind === 'MARK' && rule.target.value === service.mark
          ? markedBy(rule, service, local)
          : [],
      );
    const { protocol, address, port } = service;
    return [{ protocol, address, port, service }];
  });
}

const ONE = 0xffffffff;
const FLOW_PROTOCOLS = ['tcp', 'udp', 'sctp'] as const;

function markedBy(
  { destination, protocol, matches }: Rule,
  service: VirtualService,
  local: readonly Ipv4[],
): Reachable[] {
  if (destination && (destination.inverted || destination.mask !== ONE)) return [];
  const addresses = destination ? [destination.address] : local;
  const protocols = FLOW_PROTOCOLS.filter((name) => !protocol || protocol.protocol === name);
  const ports = matches.flatMap((match) => {
    if (match.kind === 'multiport') return match.ports;
    return match.kind === 'tcp' && match.dport ? [match.dport] : [];
  });
  const numbers =
    ports.length === 0 ? [0] : ports.flatMap(({ first, last }) => (first === last ? [first] : [0]));
  return protocols.flatMap((name) =>
    numbers.flatMap((port) => addresses.map((address) => ({ protocol: name, address, port, service }))),
  );
}
