import { basename } from 'node:path';
import type { Ruleset } from '../../spec/config/rules.ts';
import type { VirtualService } from '../../spec/config/services.ts';
import { parseSysctlList } from '../../spec/config/sysctl-list-parse.ts';
import { formatIpv4, type Ipv4 } from '../../spec/wire/address.ts';
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
import { dataReachable } from './ftp-data.ts';
import { namedByRules } from './named-by-rules.ts';
import { ftpNotes, limitNotes, pickNotes, serverSideNotes, strangerNotes, trafficNotes } from './notes.ts';
import { maskNotes, withMaskHere } from './persistence-mask.ts';
import { type Concerned, type Frames, readFrames } from './read-frames.ts';
import { recastRuleset } from './recast-rules.ts';
import { type Imported, scenarioOf } from './scenario-of.ts';
import { fromClientSide, withClients } from './server-side.ts';

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
  const reachable = reachableIn(allServices, rules, files.own);
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
    (service) =>
      concerned.has(service) ||
      service.protocol === 'fwm' ||
      named.vips.includes(service.address) ||
      exchanges.some(({ conversation }) => isOf(conversation, service)),
  );
  const casting = cast(services, exchanges, { own: files.own, named });
  const clients = [...new Set(exchanges.map(({ conversation }) => conversation.client.address))];
  const devices = devicesOf(exchanges, files.devices);
  const settings =
    sysctl && inGiven(sysctl, (text) => parseSysctlList(text, (name) => deviceHere(devices, name)));
  const director = {
    topology: casting.topology,
    services: services.map((service) => ({
      ...withMaskHere(service, clients, casting),
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
      ...trafficNotes(traffic, frames),
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
      ...(rulesText ? limitNotes(rules, rulesText) : []),
      ...(settings?.unmodelled ?? []).map((name) => `${name} is not modelled`),
      ...pickNotes(services, casting),
      ...maskNotes(services, clients, casting),
    ],
  };
}

function concernedBy(services: readonly VirtualService[], reachable: readonly Reachable[]): Concerned {
  const dests = services.flatMap((service) => service.dests);
  return {
    virtual: new Set(reachable.map(({ address }) => address)),
    real: new Set(dests.map(({ address }) => address)),
    guePorts: new Set(
      dests.flatMap(({ encapsulation }) => (encapsulation?.type === 'gue' ? [encapsulation.port] : [])),
    ),
  };
}

/** Whether it may be the service that takes the conversation, whichever has its mark. */
const isOf = ({ protocol, virtual }: Exchange['conversation'], service: VirtualService): boolean =>
  service.protocol === protocol &&
  service.address === virtual.address &&
  [0, virtual.port].includes(service.port);

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
