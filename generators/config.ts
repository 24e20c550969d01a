import fc from 'fast-check';
import type { DirectorConfig } from '../spec/config/director-config.ts';
import type { RoutingEntry } from '../spec/config/routing.ts';
import type { Ruleset } from '../spec/config/rules.ts';
import type { VirtualService } from '../spec/config/services.ts';
import { type LinkName, TWO_ARMED, withMtu } from '../spec/config/topology.ts';
import { SERVICE_PORTS } from './addresses.ts';
import type { ScenarioBias } from './bias.ts';
import { oneOf, percent, sometimes, weighted } from './draws.ts';
import { routing } from './routing.ts';
import { helping } from './rules/helping.ts';
import { type MarksFor, marksFor } from './rules/service-marks.ts';
import { ruleset } from './rules.ts';
import { services } from './services.ts';
import { shrinkingBy } from './shrinking-by.ts';
import type { Size } from './sizes.ts';
import { smallerConfig } from './smaller/config.ts';
import { renamedRuleset } from './smaller/places.ts';
import { sysctls } from './sysctls.ts';

/** A two-armed director as an administrator may set it up. */
export function directorConfig(bias: ScenarioBias, size: Size): fc.Arbitrary<DirectorConfig> {
  const drawn = fc.tuple(
    services(bias, size),
    fc.tuple(ruleset(bias, size), percent(75), marksFor, helping(bias)),
    sysctls(bias),
    mtu(bias),
    routing(bias),
    percent(bias.nft),
  );
  return shrinkingBy(
    drawn.map(([services, [rules, aware, marks, helps], sysctls, mtu, routing, nft]) => ({
      topology: withMtu(TWO_ARMED, mtu),
      services,
      rules: helps(marking(aware ? written(rules, services) : rules, services, marks), services),
      ...(nft ? { iptables: 'nft' as const } : {}),
      sysctls,
      ...routed(routing(services)),
    })),
    smallerConfig,
  );
}

/** Most directors have none. */
function routed(routing: readonly RoutingEntry[]): Pick<DirectorConfig, 'routing'> {
  return routing.length === 0 ? {} : { routing };
}

/** Services by mark need rules that mark, which most of their directors have. */
function marking(rules: Ruleset, services: readonly VirtualService[], marks: MarksFor): Ruleset {
  const wanted = services.flatMap((service) => (service.protocol === 'fwm' ? [service.mark] : []));
  const table = wanted.length > 0 ? marks(wanted) : undefined;
  if (!table || rules.tables.some(({ name }) => name === 'mangle')) return rules;
  const raw = rules.tables.filter(({ name }) => name === 'raw');
  return { tables: [...raw, table, ...rules.tables.filter(({ name }) => name !== 'raw')] };
}

/** Links that take less than others: mostly what tunnels leave, and the least that is usual. */
function mtu(bias: ScenarioBias): fc.Arbitrary<Partial<Record<LinkName, number>>> {
  const narrow = sometimes(60, weighted([3, 1400], [2, 1300], [1, 1499], [1, 576], [1, 1004]));
  const drawn = fc
    .record({ client: narrow, server: narrow })
    .map((both) => Object.fromEntries(Object.entries(both).filter(([, value]) => value !== undefined)));
  return oneOf<Partial<Record<LinkName, number>>>([bias.mtu, drawn], [100 - bias.mtu, fc.constant({})]);
}

/** The rules of one who knows which services there are: ports of no service become the first service's. */
function written(rules: Ruleset, services: readonly VirtualService[]): Ruleset {
  const served = services.map(({ port }) => port);
  const isMissed = (port: number) => SERVICE_PORTS.some((one) => one === port) && !served.includes(port);
  return renamedRuleset(rules, {
    address: (address) => address,
    port: (port) => (isMissed(port) ? served[0]! : port),
  });
}
