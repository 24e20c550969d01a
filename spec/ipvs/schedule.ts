import { icmpSend } from '../ip/icmp.ts';
import type { Skb } from '../skb.ts';
import type { IpvsProtocol, Net, Verdict } from '../state.ts';
import { note } from '../trace-log.ts';
import { ICMP_DEST_UNREACH, ICMP_PORT_UNREACH } from '../wire/icmp.ts';
import { bypass } from './bypass.ts';
import { connInGet, connNew } from './conn.ts';
import { serviceFor } from './ctl.ts';
import { isCut, reverse } from './ends.ts';
import { isOnePacket } from './one-packet.ts';
import { FTPDATA, FTPPORT } from './ports.ts';
import type { Ends, IpVsConn, IpVsDest, IpVsService } from './types.ts';

/** A packet that has no connection yet. */
export interface Request {
  readonly skb: Skb;
  readonly protocol: IpvsProtocol;
  /** From the client. */
  readonly ends: Ends;
  /** The packet's own ends, which some schedulers look at, where an ICMP error asks for what it quotes. */
  readonly quoted?: Ends;
  readonly hook: string;
}

/** A connection for a packet that has none, or a verdict (tcp_conn_schedule and its like, ip_vs_schedule). */
export function schedule(net: Net, request: Request): IpVsConn | Verdict {
  const { skb, protocol, ends, quoted } = request;
  if (protocol.follows && !protocol.mayBegin(net, skb)) return 'NF_ACCEPT';
  // What an error quotes may begin in any way.
  if (!quoted && isCut(net, skb)) return 'NF_DROP';
  if (!quoted && !protocol.mayBegin(net, skb)) return 'NF_ACCEPT';
  const service = serviceFor(net, ends, skb.mark);
  if (!service) return 'NF_ACCEPT';
  if (net.parts.toDrop(net)) {
    note(net, request.hook, 'ip_vs_todrop', 'NF_DROP', () => 'dropped to save memory');
    return 'NF_DROP';
  }
  if (ends.sourcePort === FTPDATA) return 'NF_ACCEPT';
  // What the director itself sends is not scheduled when it answers a connection.
  if (skb.inDevice === '' && connInGet(net, quoted ?? reverse(ends))) return 'NF_ACCEPT';
  return connectionFor(net, service, request) ?? leave(net, service, request);
}

/** ip_vs_schedule: a service that is not persistent takes its own port only, unless it goes by marks. */
function connectionFor(
  net: Net,
  service: IpVsService,
  { ends, quoted, hook }: Request,
): IpVsConn | undefined {
  // Those that hash the client find it in either; those that look at the destination take the packet's.
  const seen = quoted ? { ...ends, destination: quoted.destination } : ends;
  const pick = (): IpVsDest | undefined => {
    const dest = net.parts.schedulers[service.scheduler].schedule(net, service, seen);
    const station = `ip_vs_${service.scheduler}_schedule`;
    note(net, hook, station, '', () => `picks ${dest ? 'a' : 'no'} real server for a new connection`);
    return dest;
  };
  if (service.persistence) return net.parts.schedulePersistent(net, service, ends, pick);
  const { protocol, port } = service.key;
  const dest = protocol === 'fwm' || ends.destinationPort === port ? pick() : undefined;
  if (!dest) return undefined;
  const destPort = dest.port || ends.destinationPort;
  return connNew(net, ends, dest, { destPort, onePacket: isOnePacket(service, ends) });
}

/**
 * A service without a usable real server: the client is told, unless its packet only met an FTP service's claim to all
 * higher ports (ip_vs_leave).
 */
function leave(net: Net, service: IpVsService, request: Request): IpVsConn | Verdict {
  const { key } = service;
  const { skb, ends, quoted, hook } = request;
  if (!quoted && net.parts.bypasses(net, service, ends)) return bypass(net, ends, isOnePacket(service, ends));
  if (key.port === FTPPORT && ends.destinationPort !== FTPPORT) return 'NF_ACCEPT';
  note(net, hook, 'ip_vs_leave', 'NF_DROP', () => 'the service has no real server to give');
  if (!quoted) icmpSend(net, skb, { type: ICMP_DEST_UNREACH, code: ICMP_PORT_UNREACH, info: 0 });
  return 'NF_DROP';
}
