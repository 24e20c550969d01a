import type { Net } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import { note } from '../trace-log.ts';
import { connNew, connPut, controlAdd } from './conn.ts';
import { isOnePacket } from './one-packet.ts';
import { FTPPORT } from './ports.ts';
import type { Ends, IpVsConn, IpVsDest, IpVsService } from './types.ts';

/** What a template's ports become that leads nowhere any more. */
const INVALID_PORT = 0xffff;

/**
 * A connection for a persistent service: a template remembers which dest the client's network got first, and every
 * later connection goes there, whatever the scheduler would say (net/netfilter/ipvs/ip_vs_core.c,
 * ip_vs_sched_persist). `pick` asks the scheduler.
 */
export function schedulePersistent(
  net: Net,
  service: IpVsService,
  ends: Ends,
  pick: () => IpVsDest | undefined,
): IpVsConn | undefined {
  const template = findTemplate(net, service, ends) ?? newTemplate(net, service, ends, pick());
  if (!template) return undefined;
  const { dest } = template;
  const toOwnPort = ends.destinationPort === service.key.port && dest.port !== 0;
  const cp = connNew(net, ends, dest, {
    destPort: toOwnPort ? dest.port : ends.destinationPort,
    onePacket: isOnePacket(service, ends),
  });
  controlAdd(cp, template);
  connPut(net, template);
  return cp;
}

/** Instead of a protocol, of templates that are for every one (IPPROTO_IP). */
const ANY_PROTOCOL = 0;

/**
 * The client's network and, unless the service takes many ports, the port that it called. The mark of a service by
 * marks stands where the address would.
 */
function templateEnds({ key, persistence }: IpVsService, ends: Ends): Ends {
  const onePort = ends.destinationPort === key.port && key.port !== FTPPORT;
  const marked = key.protocol === 'fwm' && !onePort;
  return {
    protocol: marked ? ANY_PROTOCOL : ends.protocol,
    source: (ends.source & persistence!.netmask) >>> 0,
    sourcePort: 0,
    destination: marked ? key.mark : ends.destination,
    destinationPort: onePort ? key.port : 0,
  };
}

function findTemplate(net: Net, service: IpVsService, ends: Ends): IpVsConn | undefined {
  const wanted = templateEnds(service, ends);
  const found = net.ipvs.connections.find(
    (cp) =>
      cp.template &&
      cp.protocol === wanted.protocol &&
      cp.destPort !== INVALID_PORT &&
      cp.client === wanted.source &&
      cp.virtual === wanted.destination &&
      cp.virtualPort === wanted.destinationPort,
  );
  return found && net.parts.checkTemplate(net, found) ? found : undefined;
}

function newTemplate(
  net: Net,
  service: IpVsService,
  ends: Ends,
  dest: IpVsDest | undefined,
): IpVsConn | undefined {
  if (!dest) return undefined;
  const wanted = templateEnds(service, ends);
  const destPort = wanted.destinationPort === 0 ? 0 : dest.port;
  const template = connNew(net, wanted, dest, { destPort, template: true });
  template.timeout = service.persistence!.timeoutSeconds * net.kernel.hz;
  note(net, 'ipvs', 'ip_vs_sched_persist', '', () => 'a template remembers the real server for this client');
  return template;
}

/** A connection has been seen to work: its template stays even if it ends by force (include/net/ip_vs.h, ip_vs_control_assure_ct). */
export function assureTemplate({ control }: IpVsConn): void {
  if (control) control.assured = true;
}

/**
 * Whether a template's dest is still there; a template that leads nowhere is made unfindable, and lasts until its
 * time is up (ip_vs_conn.c, ip_vs_check_template).
 */
export function checkTemplate(net: Net, template: IpVsConn): boolean {
  const { dest } = template;
  const quiescent = sysctl(net, 'net.ipv4.vs.expire_quiescent_template') !== 0 && dest.weight === 0;
  if (dest.available && !quiescent) return true;
  template.destPort = INVALID_PORT;
  if (!net.kernel.has('invalid-template-keeps-vport')) template.virtualPort = INVALID_PORT;
  note(net, 'ipvs', 'ip_vs_check_template', '', () => 'a template is no longer valid');
  return false;
}
