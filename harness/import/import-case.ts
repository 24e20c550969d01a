import { basename } from 'node:path';
import type { Ruleset } from '../../spec/config/rules.ts';
import type { VirtualService } from '../../spec/config/services.ts';
import { parseSysctlList } from '../../spec/config/sysctl-list-parse.ts';
import { formatIpv4, type Ipv4 } from '../../spec/wire/address.ts';
import { PROTOCOL_TCP } from '../../spec/wire/ipv4.ts';
import { InputError } from '../errors.ts';
import type { Lead } from '../play/lead.ts';
import { inputError } from '../replay/input-error.ts';
import type { ScapyBridge } from '../scapy-bridge/bridge.ts';
import { alignServers } from './align-servers.ts';
import { addressOf, type Casting, cast, castList } from './casting.ts';
import { Classifier, type Reachable } from './classify.ts';
import { conversationsOf, type Traffic } from './conversations.ts';
import { type Devices, deviceHere, devicesOf } from './devices.ts';
import {
  type GivenText,
  given,
  inGiven,
  placeOf,
  reachableIn,
  rulesIn,
  servicesIn,
} from './director-texts.ts';
import type { Exchange } from './exchange.ts';
import { isControl } from './ftp-control.ts';
import { dataReachable } from './ftp-data.ts';
import { type Named, namedByRules } from './named-by-rules.ts';
import type { CapturedPacket } from './packet.ts';
import { type Concerned, type Frames, readFrames } from './read-frames.ts';
import { recastRuleset } from './recast-rules.ts';
import { type Imported, scenarioOf } from './scenario-of.ts';
import { fromClientSide, sharedServers, withClients } from './server-side.ts';

/** What an operator has. */
export interface CaseFiles {
  readonly capture: string;
  readonly ipvs: string;
  readonly rules: string | undefined;
  readonly sysctl: string | undefined;
  /** Only flows of these clients: ADDRESS or ADDRESS:PORT. Empty: all. */
  readonly clients: readonly string[];
  readonly devices: Partial<Devices>;
  /** Addresses of the director itself that no text tells of. */
  readonly own: readonly Ipv4[];
  /** The capture shows the real servers' side of the director alone. */
  readonly serverSide: boolean;
  readonly anonymise: boolean;
}

export interface ImportedCase extends Imported {
  /** Who in the capture is who in the scenario. */
  readonly cast: readonly string[];
  /** What was left out, and why. */
  readonly notes: readonly string[];
}

/** A scenario of what a director was set up with, and of what a capture shows that reached it and left it. */
export async function importCase(files: CaseFiles, bridge: ScapyBridge, lead: Lead): Promise<ImportedCase> {
  const [ipvs, rulesText, sysctl] = await Promise.all([
    given(files.ipvs),
    files.rules === undefined ? undefined : given(files.rules),
    files.sysctl === undefined ? undefined : given(files.sysctl),
  ]);
  const allServices = servicesIn(ipvs);
  const rules = rulesText ? rulesIn(rulesText) : { tables: [] };
  const reachable = reachableIn(allServices, rules);
  const frames = await readFrames(bridge, files.capture, concernedBy(allServices, reachable));
  const told = new Classifier(reachable, frames.packets);
  const places = [...dataReachable(frames.packets, told, reachable), ...reachable];
  const classifier = new Classifier(places, frames.packets);
  const front = files.serverSide ? fromClientSide(frames.packets, classifier) : undefined;
  if (front)
    throw new InputError(
      `${files.capture}: packet ${front.number} is of the clients' side, so this is no capture of the real servers' side alone; leave --server-side out`,
    );
  const shown = files.serverSide ? withClients(frames.packets, classifier, places) : frames.packets;
  const traffic = conversationsOf(shown, new Classifier(places, shown));
  const exchanges = traffic.exchanges.filter((one) => isWanted(one, files.clients));
  if (exchanges.length === 0) throw nothingIn(files, frames, traffic);
  const named = namedByRules(rules, allServices, files.own);
  const concerned = new Set(exchanges.map(({ conversation }) => conversation.service));
  // Which packets have a mark only the rules know.
  const services = allServices.filter(
    (service) => concerned.has(service) || service.protocol === 'fwm' || named.vips.includes(service.address),
  );
  const casting = cast(services, exchanges, { own: files.own, named });
  const devices = devicesOf(exchanges, files.devices);
  const settings =
    sysctl && inGiven(sysctl, (text) => parseSysctlList(text, (name) => deviceHere(devices, name)));
  const director = {
    topology: casting.topology,
    services: services.map((service) => ({
      ...service,
      ...(service.protocol === 'fwm' ? {} : { address: addressOf(casting, service.address) }),
      dests: service.dests.map((dest) => ({ ...dest, address: addressOf(casting, dest.address) })),
    })) as typeof services,
    rules: rulesText ? recast(rules, rulesText, { casting, devices, anonymise: files.anonymise }) : rules,
    sysctls: settings?.sysctls ?? {},
  };
  const {
    scenario,
    frames: numbers,
    untold,
  } = scenarioOf(exchanges, {
    title: files.anonymise ? 'What a capture shows' : `What ${basename(files.capture)} shows`,
    director,
    casting,
    anonymise: files.anonymise,
    owners: frames.owners,
    asked: frames.asked,
    // What went back to clients is not in it.
    seen: files.serverSide ? { ...traffic.seen, client: false } : traffic.seen,
    end: frames.packets.at(-1)!.at,
  });
  return {
    scenario: alignServers(scenario, lead),
    frames: numbers,
    untold,
    cast: castList(casting),
    notes: [
      ...notesOf(traffic, frames),
      ...(files.serverSide ? serverSideNotes(services) : []),
      ...ftpNotes(
        exchanges,
        shown.filter((packet) => !classifier.classify(packet)),
      ),
      ...(untold > 0
        ? [
            `${untold} packets are such as no scenario has (SCTP's chunks about ECN, cut headers, servers that speak unasked); they are left out`,
          ]
        : []),
      ...strangerNotes(named, exchanges, casting),
      ...(settings?.unmodelled ?? []).map((name) => `${name} is not modelled`),
      ...pickNotes(services, casting),
    ],
  };
}

function concernedBy(services: readonly VirtualService[], reachable: readonly Reachable[]): Concerned {
  const dests = services.flatMap((service) => service.dests);
  return {
    addresses: new Set([...reachable, ...dests].map(({ address }) => address)),
    guePorts: new Set(
      dests.flatMap(({ encapsulation }) => (encapsulation?.type === 'gue' ? [encapsulation.port] : [])),
    ),
  };
}

function isWanted({ conversation: { client, data } }: Exchange, clients: readonly string[]): boolean {
  const address = formatIpv4(client.address);
  if (data && clients.includes(`${address}:${data.control.client.port}`)) return true;
  return clients.length === 0 || clients.includes(address) || clients.includes(`${address}:${client.port}`);
}

function recast(
  rules: Ruleset,
  text: GivenText,
  stage: { casting: Casting; devices: Devices; anonymise: boolean },
): Ruleset {
  return recastRuleset(rules, {
    ...stage,
    complain: (what, message) => {
      throw inputError(text, placeOf(text, what), message);
    },
  });
}

function nothingIn(
  { capture, clients }: CaseFiles,
  { packets }: Frames,
  { headless, exchanges }: Traffic,
): InputError {
  if (exchanges.length > 0) return new InputError(`${capture}: no flow of ${clients.join(', ')} is in it`);
  if (headless > 0)
    return new InputError(
      `${capture}: the ${headless} packets of the services belong to connections that were open already; capture from a connection's SYN on`,
    );
  return new InputError(
    packets.length === 0
      ? `${capture}: no packet in it is from or to a service or a real server; is this the director's capture?`
      : `${capture}: no client's packet to a service is in it; capture on all devices: tcpdump -i any; or, if it was taken on the real servers' side alone, say --server-side`,
  );
}

/** Between whom there are control connections, there may be data connections that nobody was heard to announce. */
function ftpNotes(exchanges: readonly Exchange[], others: readonly CapturedPacket[]): string[] {
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

function serverSideNotes(services: readonly VirtualService[]): string[] {
  const shared = sharedServers(services).map(({ address, port }) => `${formatIpv4(address)}:${port}`);
  return [
    "only the real servers' side was captured: what clients sent is taken from what was sent on; what was dropped before, or went back to clients, is not known",
    ...shared.map((server) => `${server} is of several services; its packets are taken for the first one's`),
  ];
}

/** Of whom nobody but a rule tells, who it is is a guess. */
function strangerNotes({ strangers }: Named, exchanges: readonly Exchange[], { roles }: Casting): string[] {
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
function pickNotes(services: readonly VirtualService[], { roles }: Casting): string[] {
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

function notesOf({ headless, doubles, direct, seen }: Traffic, { cut }: Frames): string[] {
  return [
    ...(headless > 0
      ? [
          `${headless} packets belong to connections that were open before the capture began; they are left out`,
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
