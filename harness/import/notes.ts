import type { Ruleset } from '../../spec/config/rules.ts';
import type { VirtualService } from '../../spec/config/services.ts';
import { formatIpv4 } from '../../spec/wire/address.ts';
import { PROTOCOL_TCP } from '../../spec/wire/ipv4.ts';
import type { Casting } from './casting.ts';
import type { Traffic } from './conversations.ts';
import type { GivenText } from './director-texts.ts';
import type { Exchange } from './exchange.ts';
import { isControl } from './ftp-control.ts';
import type { Named } from './named-by-rules.ts';
import type { CapturedPacket } from './packet.ts';
import type { Frames } from './read-frames.ts';
import { sharedServers } from './server-side.ts';

/** What is said of an imported case besides itself: what was left out, and what nobody can know. */

/** Between whom there are control connections, there may be data connections that nobody was heard to announce. */
export function ftpNotes(exchanges: readonly Exchange[], others: readonly CapturedPacket[]): string[] {
  const ends = exchanges
    .map(({ conversation }) => conversation)
    .filter(({ virtual }) => isControl(virtual))
    .map(({ client, virtual, service: { dests } }) => ({
      client: client.address,
      far: [virtual.address, ...dests.map(({ address }) => address)],
    }));
  const data = others.filter(
    ({ protocol, source, destination }) =>
      protocol === PROTOCOL_TCP &&
      ends.some(
        ({ client, far }) =>
          (client === source && far.includes(destination)) ||
          (client === destination && far.includes(source)),
      ),
  );
  return data.length === 0
    ? []
    : [
        `${data.length} packets seem to be of FTP's data connections that no captured line announces; they are left out`,
      ];
}

export function serverSideNotes(services: readonly VirtualService[]): string[] {
  const shared = sharedServers(services).map(({ address, port }) => `${formatIpv4(address)}:${port}`);
  return [
    "only the real servers' side was captured: what clients sent is taken from what was sent on; what was dropped before, or went back to clients, is not known",
    ...shared.map((server) => `${server} is of several services; its packets are taken for the first one's`),
  ];
}

/** Of whom nobody but a rule tells, who it is is a guess. */
export function strangerNotes(
  { strangers }: Named,
  exchanges: readonly Exchange[],
  { roles }: Casting,
): string[] {
  const seen = new Set(
    exchanges.flatMap(({ packet, answers }) =>
      [packet, ...answers.map((one) => one.packet)].flatMap(({ source, destination }) => [
        source,
        destination,
      ]),
    ),
  );
  return strangers
    .filter((address) => !seen.has(address))
    .map(
      (address) =>
        `${formatIpv4(address)} is in the rules alone and plays ${roles.get(address)?.name ?? 'nobody'}; if it is the director's own, say --own ${formatIpv4(address)}`,
    );
}

const HASHING: ReadonlySet<string> = new Set(['sh', 'dh', 'mh']);

/** Who hashes addresses may pick another server for the addresses of the cast, and who picks by chance at any time. */
export function pickNotes(services: readonly VirtualService[], { roles }: Casting): string[] {
  const isRecast = [...roles].some(([address, role]) => address !== role.address);
  const choosing = services.filter(({ dests }) => dests.length > 1);
  const hashing = choosing.filter(({ scheduler }) => HASHING.has(scheduler));
  const byChance = choosing.some(({ scheduler }) => scheduler === 'twos');
  const hashNotes = [...new Set(isRecast ? hashing.map(({ scheduler }) => scheduler) : [])].map(
    (name) =>
      `${name} picks servers by addresses, and those of the scenario are others: it may pick another one than your director did`,
  );
  const chance = 'twos picks servers by chance: the model may pick another one than your director did';
  return byChance ? [...hashNotes, chance] : hashNotes;
}

export function trafficNotes({ headless, doubles, direct, seen }: Traffic, { cut }: Frames): string[] {
  return [
    ...(headless > 0
      ? [
          `${headless} packets belong to connections that were open before the capture began; they are left out, and nothing is expected of what the same ends begin later`,
        ]
      : []),
    ...(direct > 0
      ? [
          `${direct} packets are of clients who call a real server by its own address from a port from which they call a service, too; they are left out, and what was dropped of the others is not told`,
        ]
      : []),
    ...(doubles > 0 ? [`${doubles} packets were captured twice`] : []),
    ...(seen.server
      ? []
      : ['nothing on the side of the real servers was captured: what was forwarded there is not known']),
    ...(cut ? ['the capture ends in the middle of a packet'] : []),
  ];
}

/** In quotes there may be anything. */
const QUOTED = /"[^"]*"/g;
/** As iptables-save and nft say it. */
const LIMIT = /-m limit\b|\blimit rate\b/;

/** How much of a limit was used when the capture began, and by which packets then, no capture shows. */
export function limitNotes({ tables }: Ruleset, { file, text }: GivenText): string[] {
  const rules = tables.flatMap(({ chains }) => chains.flatMap((chain) => chain.rules));
  if (!rules.some(({ matches }) => matches.some(({ kind }) => kind === 'limit'))) return [];
  const lines = text
    .split('\n')
    .flatMap((line, at) => (LIMIT.test(line.replaceAll(QUOTED, '')) ? [at + 1] : []));
  return [
    `${file}:${lines.join(', ')}: how much of a limit is left no capture shows: on your director all packets use it up, in the scenario only those of the services, from its whole burst on; a rule may match there where yours did not. To see whether it decides, take "-m limit ..." out of the rule and import again`,
  ];
}
