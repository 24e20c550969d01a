import type { IpvsadmCommand } from '../config/commands.ts';
import {
  type AddressKey,
  byMark,
  type Dest,
  HIGHEST_THRESHOLD,
  isSameService,
  keyOf,
  type ServiceKey,
  type ServiceSettings,
  type VirtualService,
} from '../config/services.ts';
import { updateUsers } from '../netfilter/admin.ts';
import type { Net } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import type { Ipv4 } from '../wire/address.ts';
import { PROTOCOL_SCTP, PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/ipv4.ts';
import { expireNodestConns } from './conn.ts';
import { FTPDATA, FTPPORT } from './ports.ts';
import { hashRealServer, tunnelPort, unhashRealServer } from './real-servers.ts';
import type { Ends, IpVsDest, IpVsService } from './types.ts';

/** The service of that name (net/netfilter/ipvs/ip_vs_ctl.c, __ip_vs_service_find). */
export function findService(net: Net, wanted: ServiceKey): IpVsService | undefined {
  return net.ipvs.services.find(({ key }) => isSameService(key, wanted));
}

/** Below it a port is no client's, so no server would choose it for data (net.ipv4.ip_unprivileged_port_start). */
const UNPRIVILEGED_PORT_START = 1024;

/**
 * The service for a packet: the one of its mark; else the one of its port; else an FTP service of the same address, for the ports on which data
 * connections may come; else the one for all ports (ip_vs_service_find).
 */
export function serviceFor(net: Net, ends: Ends, mark: number): IpVsService | undefined {
  const marked = mark === 0 ? undefined : findService(net, byMark(mark));
  if (marked) return marked;
  const protocol = PROTOCOL_NAMES[ends.protocol]!;
  const at = (port: number) => findService(net, { protocol, address: ends.destination, port });
  const port = ends.destinationPort;
  const forData = protocol === 'tcp' && (port === FTPDATA || port >= UNPRIVILEGED_PORT_START);
  return at(port) ?? (forData ? at(FTPPORT) : undefined) ?? at(0);
}

/** What services call the protocols that IPVS balances. */
const PROTOCOL_NAMES: Readonly<Record<number, AddressKey['protocol']>> = {
  [PROTOCOL_TCP]: 'tcp',
  [PROTOCOL_UDP]: 'udp',
  [PROTOCOL_SCTP]: 'sctp',
};

/** Sets up what `ipvsadm -R` would. */
export function restoreServices(net: Net, services: readonly VirtualService[]): void {
  for (const service of services) {
    addService(net, service, service);
    for (const dest of service.dests) addDest(net, findService(net, service)!, dest);
  }
}

/** Carries out a command; false when the kernel refuses it. */
export function ipvsadm(net: Net, command: IpvsadmCommand): boolean {
  if (command.op === 'set-timeouts') return setTimeouts(net, command);
  if (command.op === 'zero') return !command.service || findService(net, command.service) !== undefined;
  const service = findService(net, command.service);
  if (command.op === 'add-service') return !service && addService(net, command.service, command);
  if (!service) return false;
  switch (command.op) {
    case 'edit-service':
      return editService(net, service, command);
    case 'delete-service':
      return deleteService(net, service);
    case 'add-dest':
      return addDest(net, service, command.dest);
    case 'edit-dest':
      return editDest(net, service, command.dest);
    case 'delete-dest':
      return deleteDest(net, service, command.dest);
  }
}

function addService(net: Net, key: ServiceKey, settings: ServiceSettings): boolean {
  const { scheduler } = settings;
  const service: IpVsService = {
    key: keyOf(key),
    scheduler,
    schedFlags: settings.schedFlags ?? [],
    persistence: settings.persistence,
    onePacket: settings.onePacket ?? false,
    conntrack: false,
    dests: [],
    schedData: undefined,
  };
  net.parts.schedulers[scheduler].init(service, net);
  net.ipvs.services.push(service);
  return true;
}

/** ip_vs_edit_service: the same scheduler keeps what it remembers. */
function editService(
  net: Net,
  service: IpVsService,
  { scheduler, schedFlags, persistence, onePacket }: ServiceSettings,
): boolean {
  service.schedFlags = schedFlags ?? [];
  service.persistence = persistence;
  service.onePacket = onePacket ?? false;
  if (service.scheduler === scheduler) return true;
  net.parts.schedulers[service.scheduler].done?.(service, net);
  service.scheduler = scheduler;
  net.parts.schedulers[scheduler].init(service, net);
  return true;
}

function deleteService(net: Net, service: IpVsService): boolean {
  net.ipvs.services.splice(net.ipvs.services.indexOf(service), 1);
  net.parts.schedulers[service.scheduler].done?.(service, net);
  for (const dest of service.dests) intoTrash(net, dest);
  updateUsers(net);
  return true;
}

/** ip_vs_add_dest: a dest that was deleted comes back with its counters, and its connections live again. */
function addDest(net: Net, service: IpVsService, wanted: Dest): boolean {
  const port = effectivePort(service, wanted);
  if (!thresholdsAreRight(wanted) || lookup(service, wanted.address, port)) return false;
  const dest = outOfTrash(net, service, wanted.address, port) ?? newDest(service, wanted, port);
  update(net, service, dest, wanted);
  dest.lastWeight = wanted.weight;
  dest.available = true;
  service.dests.unshift(dest);
  net.parts.schedulers[service.scheduler].changed?.(service);
  return true;
}

/** ip_vs_new_dest */
function newDest({ key }: IpVsService, wanted: Dest, port: number): IpVsDest {
  return {
    address: wanted.address,
    port,
    virtual: key,
    forward: wanted.forward,
    encapsulation: wanted.encapsulation,
    weight: wanted.weight,
    lastWeight: wanted.weight,
    upperThreshold: 0,
    lowerThreshold: 0,
    overloaded: false,
    activeConns: 0,
    totalConns: 0,
    available: true,
    route: undefined,
  };
}

/** ip_vs_edit_dest: connections keep the forwarding method that they were made with. */
function editDest(net: Net, service: IpVsService, wanted: Dest): boolean {
  const dest = lookup(service, wanted.address, effectivePort(service, wanted));
  if (!thresholdsAreRight(wanted) || !dest) return false;
  update(net, service, dest, wanted);
  net.parts.schedulers[service.scheduler].changed?.(service);
  return true;
}

function thresholdsAreRight({ upperThreshold: upper = 0, lowerThreshold: lower = 0 }: Dest): boolean {
  return lower <= upper && upper <= HIGHEST_THRESHOLD;
}

/** __ip_vs_update_dest. ipvsadm says all of a dest each time: what is not on its line goes back to the default. */
function update(net: Net, service: IpVsService, dest: IpVsDest, wanted: Dest): void {
  const { forward, encapsulation, weight } = wanted;
  if (weight !== 0) dest.lastWeight = weight;
  const isElsewhere =
    dest.forward !== forward ||
    dest.encapsulation?.type !== encapsulation?.type ||
    tunnelPort(dest) !== tunnelPort({ encapsulation });
  if (isElsewhere) unhashRealServer(net, dest);
  dest.forward = forward;
  dest.encapsulation = encapsulation;
  dest.weight = weight;
  dest.route = undefined;
  hashRealServer(net, dest);
  // Even where there is no FTP: any service of that port counts, datagrams' too (ip_vs_register_conntrack).
  if (forward === 'masq' && service.key.port === FTPPORT) service.conntrack = true;
  updateUsers(net);
  const { upperThreshold: upper = 0, lowerThreshold: lower = 0 } = wanted;
  if (dest.upperThreshold === upper && dest.lowerThreshold === lower) return;
  // Before the change a dest was taken for free when its limit was raised, and for nothing new when lowered.
  const raised = upper === 0 || upper > dest.upperThreshold;
  if (raised && !net.kernel.has('threshold-on-edit')) dest.overloaded = false;
  dest.upperThreshold = upper;
  dest.lowerThreshold = lower;
  net.parts.updateOverload(net, dest, 'edit');
}

function deleteDest(
  net: Net,
  service: IpVsService,
  { address, port }: Pick<Dest, 'address' | 'port'>,
): boolean {
  const dest = lookup(service, address, port);
  if (!dest) return false;
  const index = service.dests.indexOf(dest);
  service.dests.splice(index, 1);
  net.parts.schedulers[service.scheduler].removed?.(service, dest, index);
  intoTrash(net, dest);
  return true;
}

/**
 * __ip_vs_del_dest. The kernel clears the trash of dests without connections after a while; since those have all
 * counters at zero, nobody can tell them from new ones, so the model keeps them.
 */
function intoTrash(net: Net, dest: IpVsDest): void {
  dest.available = false;
  unhashRealServer(net, dest);
  net.ipvs.trash.push(dest);
  if (sysctl(net, 'net.ipv4.vs.expire_nodest_conn') !== 0) expireNodestConns(net);
}

function outOfTrash(net: Net, service: IpVsService, address: Ipv4, port: number): IpVsDest | undefined {
  const index = net.ipvs.trash.findLastIndex(
    (dest) => dest.address === address && dest.port === port && isSameService(dest.virtual, service.key),
  );
  return index < 0 ? undefined : net.ipvs.trash.splice(index, 1)[0];
}

function lookup(service: IpVsService, address: Ipv4, port: number): IpVsDest | undefined {
  return service.dests.find((dest) => dest.address === address && dest.port === port);
}

/** ipvsadm gives a dest that is not masqueraded the service's port, if it has one: such packets keep theirs. */
function effectivePort({ key }: IpVsService, dest: Dest): number {
  return dest.forward === 'masq' || key.protocol === 'fwm' ? dest.port : key.port;
}

/** ip_vs_set_timeout: connections obey from their next packet on. */
function setTimeouts(
  net: Net,
  { tcp, tcpFin, udp }: Extract<IpvsadmCommand, { op: 'set-timeouts' }>,
): boolean {
  if (tcp > 0) net.ipvs.timeouts.ESTABLISHED = tcp;
  if (tcpFin > 0) net.ipvs.timeouts.FIN_WAIT = tcpFin;
  if (udp > 0) net.ipvs.timeouts.UDP = udp;
  return true;
}
