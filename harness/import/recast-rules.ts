import type {
  AddressMatch,
  AddressRange,
  InterfaceMatch,
  Match,
  NatRange,
  Rule,
  Ruleset,
  Target,
} from '../../spec/config/rules.ts';
import { formatIpv4, type Ipv4, prefixMask } from '../../spec/wire/address.ts';
import { addressOf, type Casting, networkOf } from './casting.ts';
import { type Devices, deviceMatch } from './devices.ts';

/** Rules as they were saved, and what is needed to say them of the topology. */
export interface Stage {
  readonly casting: Casting;
  readonly devices: Devices;
  /** A complaint about the line of the rules that has this text in it. */
  complain(text: string, message: string): never;
  /** Comments tell whose firewall it is. */
  readonly anonymise: boolean;
}

export function recastRuleset({ tables }: Ruleset, stage: Stage): Ruleset {
  return {
    tables: tables.map((table) => ({
      ...table,
      chains: table.chains.map((chain) => ({
        ...chain,
        rules: chain.rules.map((rule) => recastRule(rule, stage)),
      })),
    })),
  };
}

function recastRule({ inInterface, outInterface, ...rule }: Rule, stage: Stage): Rule {
  return {
    ...rule,
    ...(rule.source && { source: recastMatch(rule.source, stage) }),
    ...(rule.destination && { destination: recastMatch(rule.destination, stage) }),
    ...recastDevice('inInterface', inInterface, stage),
    ...recastDevice('outInterface', outInterface, stage),
    matches: rule.matches
      .filter(({ kind }) => kind !== 'comment' || !stage.anonymise)
      .map((match) => recastExtension(match, stage)),
    ...(rule.target && { target: recastTarget(rule.target, stage) }),
  };
}

/** A device that every packet comes by is not asked for. */
function recastDevice(
  key: 'inInterface' | 'outInterface',
  match: InterfaceMatch | undefined,
  { devices, complain }: Stage,
): Partial<Rule> {
  if (!match) return {};
  const found = deviceMatch(devices, match);
  if (found === 'unknown')
    complain(
      match.name,
      `nobody knows on which side of the director ${match.name} is; add --client-device ${match.name} or --server-device ${match.name}`,
    );
  return found === 'any' ? {} : { [key]: found };
}

function recastMatch<T extends AddressMatch>(match: T, { casting, complain }: Stage): T {
  const network = networkOf(casting, match.address, match.mask);
  if (network) return { ...match, ...network };
  const text = formatIpv4(match.address);
  return complain(
    text,
    `some of those who take part are in ${text}/${prefixLength(match.mask)} and some are not, which no network of theirs here can say; write a rule for each address`,
  );
}

const prefixLength = (mask: Ipv4): number =>
  Array.from({ length: 33 }, (_, length) => length).find((length) => prefixMask(length) === mask) ?? 32;

function recastRange<T extends Pick<AddressRange, 'first' | 'last'>>(
  range: T,
  { casting, complain }: Stage,
): T {
  const members = [...casting.roles].map(([was, { address }]) => ({
    address,
    inside: was >= range.first && was <= range.last,
  }));
  const inside = members.filter((one) => one.inside).map(({ address }) => address);
  const [first, last] =
    inside.length > 0
      ? [Math.min(...inside), Math.max(...inside)]
      : [addressOf(casting, -1), addressOf(casting, -1)];
  const stranger = members.some((one) => !one.inside && one.address >= first && one.address <= last);
  if (!stranger) return { ...range, first, last };
  return complain(
    formatIpv4(range.first),
    'no range here holds exactly those that this one does; write a rule for each address',
  );
}

function recastExtension(match: Match, stage: Stage): Match {
  switch (match.kind) {
    case 'iprange':
      return {
        ...match,
        ...(match.source && { source: recastRange(match.source, stage) }),
        ...(match.destination && { destination: recastRange(match.destination, stage) }),
      };
    case 'conntrack':
      return match.asks
        ? { ...match, asks: match.asks.map((ask) => ('address' in ask ? recastMatch(ask, stage) : ask)) }
        : match;
    case 'ipvs':
      return match.asks
        ? { ...match, asks: match.asks.map((ask) => ('address' in ask ? recastMatch(ask, stage) : ask)) }
        : match;
    default:
      return match;
  }
}

function recastTarget(target: Target, stage: Stage): Target {
  if (!('to' in target)) return target;
  const { addresses } = target.to;
  const to: NatRange = { ...target.to, ...(addresses && { addresses: recastRange(addresses, stage) }) };
  return { ...target, to };
}
