import type { IpvsadmCommand } from '../config/commands.ts';
import type { Dest, ServiceKey, VirtualService } from '../config/services.ts';
import type { Net } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import type { Ipv4 } from '../wire/address.ts';
import { connExpire } from './conn.ts';
import type { IpVsDest, IpVsService } from './types.ts';

/** The service that takes packets to an address and port (net/netfilter/ipvs/ip_vs_ctl.c, ip_vs_service_find). */
export function findService(net: Net, address: Ipv4, port: number): IpVsService | undefined {
  return net.ipvs.services.find((service) => service.address === address && service.port === port);
}

/** Sets up what `ipvsadm -R` would. */
export function restoreServices(net: Net, services: readonly VirtualService[]): void {
  for (const service of services) {
    addService(net, service, service.scheduler);
    for (const dest of service.dests) addDest(net, findService(net, service.address, service.port)!, dest);
  }
}

/** Carries out a command; false when the kernel refuses it. */
export function ipvsadm(net: Net, command: IpvsadmCommand): boolean {
  if (command.op === 'set-timeouts') return setTimeouts(net, command);
  const service = findService(net, command.service.address, command.service.port);
  if (command.op === 'add-service') return !service && addService(net, command.service, command.scheduler);
  if (!service) return false;
  switch (command.op) {
    case 'edit-service':
      return editService(net, service, command.scheduler);
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

function addService(net: Net, key: ServiceKey, scheduler: IpVsService['scheduler']): boolean {
  const service: IpVsService = {
    address: key.address,
    port: key.port,
    scheduler,
    dests: [],
    schedData: undefined,
  };
  net.parts.schedulers[scheduler].init(service);
  net.ipvs.services.push(service);
  return true;
}

/** ip_vs_edit_service: the same scheduler keeps what it remembers. */
function editService(net: Net, service: IpVsService, scheduler: IpVsService['scheduler']): boolean {
  if (service.scheduler === scheduler) return true;
  service.scheduler = scheduler;
  net.parts.schedulers[scheduler].init(service);
  return true;
}

function deleteService(net: Net, service: IpVsService): boolean {
  net.ipvs.services.splice(net.ipvs.services.indexOf(service), 1);
  for (const dest of service.dests) intoTrash(net, dest);
  return true;
}

/** ip_vs_add_dest: a dest that was deleted comes back with its counters, and its connections live again. */
function addDest(net: Net, service: IpVsService, wanted: Dest): boolean {
  const port = effectivePort(service, wanted);
  if (lookup(service, wanted.address, port)) return false;
  const { forward, weight } = wanted;
  const dest = outOfTrash(net, service, wanted.address, port) ?? {
    address: wanted.address,
    port,
    virtual: { address: service.address, port: service.port },
    forward,
    weight,
    activeConns: 0,
    totalConns: 0,
    available: true,
    route: undefined,
  };
  Object.assign(dest, { forward, weight, available: true, route: undefined });
  service.dests.unshift(dest);
  net.parts.schedulers[service.scheduler].changed?.(service);
  return true;
}

/** ip_vs_edit_dest: connections keep the forwarding method that they were made with. */
function editDest(net: Net, service: IpVsService, wanted: Dest): boolean {
  const dest = lookup(service, wanted.address, effectivePort(service, wanted));
  if (!dest) return false;
  Object.assign(dest, { forward: wanted.forward, weight: wanted.weight, route: undefined });
  net.parts.schedulers[service.scheduler].changed?.(service);
  return true;
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
  net.ipvs.trash.push(dest);
  if (sysctl(net, 'net.ipv4.vs.expire_nodest_conn') !== 0) expireWithoutDest(net);
}

/** ip_vs_expire_nodest_conn_flush, which the kernel does in the background at once. */
function expireWithoutDest(net: Net): void {
  for (const cp of net.ipvs.connections.filter(({ dest }) => !dest.available)) connExpire(net, cp);
}

function outOfTrash(net: Net, service: IpVsService, address: Ipv4, port: number): IpVsDest | undefined {
  const index = net.ipvs.trash.findLastIndex(
    (dest) =>
      dest.address === address &&
      dest.port === port &&
      dest.virtual.address === service.address &&
      dest.virtual.port === service.port,
  );
  return index < 0 ? undefined : net.ipvs.trash.splice(index, 1)[0];
}

function lookup(service: IpVsService, address: Ipv4, port: number): IpVsDest | undefined {
  return service.dests.find((dest) => dest.address === address && dest.port === port);
}

/** ipvsadm gives a dest that is not masqueraded the service's port: such packets keep theirs. */
function effectivePort(service: IpVsService, dest: Dest): number {
  return dest.forward === 'masq' ? dest.port : service.port;
}

/** ip_vs_set_timeout; UDP's is of no concern here. */
function setTimeouts(net: Net, { tcp, tcpFin }: Extract<IpvsadmCommand, { op: 'set-timeouts' }>): boolean {
  if (tcp > 0) net.ipvs.timeouts.ESTABLISHED = tcp;
  if (tcpFin > 0) net.ipvs.timeouts.FIN_WAIT = tcpFin;
  return true;
}
