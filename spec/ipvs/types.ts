import type {
  Encapsulation,
  ForwardMethod,
  Persistence,
  SchedulerFlag,
  SchedulerName,
  ServiceKey,
} from '../config/services.ts';
import type { PathMtu } from '../ip/types.ts';
import type { IpvsSctpState } from '../tables/ipvs-sctp.ts';
import type { IpvsTcpState } from '../tables/ipvs-tcp.ts';
import type { IpvsUdpState } from '../tables/ipvs-udp.ts';
import type { Timer } from '../timer.ts';
import type { Ipv4 } from '../wire/address.ts';

/** The state of a connection, by its protocol. */
export type IpvsState = IpvsTcpState | IpvsUdpState | IpvsSctpState;

/** A real server of one service (struct ip_vs_dest). */
export interface IpVsDest {
  readonly address: Ipv4;
  readonly port: number;
  /** The service it was made for: found again in the trash only by the same one. */
  readonly virtual: ServiceKey;
  forward: ForwardMethod;
  /** How its tunnel wraps packets, if not IP in IP (tun_type, tun_port, tun_flags). */
  encapsulation: Encapsulation | undefined;
  weight: number;
  /** The last weight that was not 0, or that it was added with (last_weight). */
  lastWeight: number;
  /** Connections from which on it gets no new ones, and below which it does again; 0 for none set. */
  upperThreshold: number;
  lowerThreshold: number;
  /** Full (IP_VS_DEST_F_OVERLOAD). */
  overloaded: boolean;
  activeConns: number;
  totalConns: number;
  /** Linked to a service; a deleted dest is not (IP_VS_DEST_CF_AVAILABLE). */
  available: boolean;
  /** The way to it, found once and kept until the dest is edited (dest_dst). */
  route: DestRoute | undefined;
}

/** The way to a real server, as it was found (struct ip_vs_dest_dst). */
export interface DestRoute {
  /** Made for direct routing: it names the real server as next hop, and is nobody else's. */
  readonly knownNextHop: boolean;
  /** What was known of the path's MTU when it was looked at last. */
  learned: PathMtu | undefined;
}

/** A virtual service (struct ip_vs_service). */
export interface IpVsService {
  readonly key: ServiceKey;
  scheduler: SchedulerName;
  schedFlags: readonly SchedulerFlag[];
  persistence: Persistence | undefined;
  /** Every datagram is scheduled by itself (IP_VS_SVC_F_ONEPACKET). */
  onePacket: boolean;
  /** Keeps connection tracking at work, whatever rules there are (conntrack_afmask). */
  conntrack: boolean;
  /** The kernel's list order: the newest first. */
  readonly dests: IpVsDest[];
  /** What the scheduler remembers between two decisions (sched_data). */
  schedData: unknown;
}

/** A connection (struct ip_vs_conn). */
export interface IpVsConn {
  /** By its IP protocol number. */
  readonly protocol: number;
  readonly client: Ipv4;
  /** 0 while nobody knows it (IP_VS_CONN_F_NO_CPORT). */
  clientPort: number;
  /** Of a data connection of FTP that a client may open from any port: the first packet says which. */
  noClientPort: boolean;
  readonly virtual: Ipv4;
  virtualPort: number;
  readonly dest: IpVsDest;
  readonly destAddress: Ipv4;
  destPort: number;
  /** `bypass`: to where the client sent it, for want of a real server. */
  readonly forward: ForwardMethod | 'bypass';
  state: IpvsState;
  /** No connection, but what remembers where a client's connections go (IP_VS_CONN_F_TEMPLATE). */
  readonly template: boolean;
  /** For one packet only: nobody finds it, and it ends with the packet (IP_VS_CONN_F_ONE_PACKET). */
  readonly onePacket: boolean;
  /** A template of which a connection was established (IP_VS_CTPL_S_ASSURED). */
  assured: boolean;
  /** The template that it was made by: it lasts as long as this one. */
  control: IpVsConn | undefined;
  /** How many connections it controls. */
  controls: number;
  /** Packets of the client; of a template, those that had a connection each (in_pkts). */
  packetsIn: number;
  /** No packet of the real server was seen yet (IP_VS_CONN_F_NOOUTPUT). */
  noOutput: boolean;
  /** Not counted in the dest's activeConns (IP_VS_CONN_F_INACTIVE). */
  inactive: boolean;
  /** Keeps its conntrack entry (IP_VS_CONN_F_NFCT). */
  nfct: boolean;
  /** A control connection of FTP, and what the client has asked for last (app, app_data); undefined for all others. */
  ftp: { asked: 'PASV' | 'EPSV' | undefined } | undefined;
  /** Jiffies until it expires, counted from its next packet. */
  timeout: number;
  readonly timer: Timer;
}

/** A network namespace's IPVS (struct netns_ipvs). */
export interface Ipvs {
  readonly services: IpVsService[];
  /** Newest first, as a hash bucket lists them. */
  readonly connections: IpVsConn[];
  /** Deleted dests, which come back with their counters when they are added again. */
  readonly trash: IpVsDest[];
  /** Masqueraded and tunnelled dests of all services, those that were put there last first (rs_table). */
  readonly realServers: IpVsDest[];
  /** The source port that each flow through a tunnel by UDP got. */
  readonly guePorts: Map<string, number>;
  /** Packets to be scheduled until one is dropped (drop_counter). */
  dropCounter: number;
  /** What `ipvsadm --set` changes, in seconds. */
  readonly timeouts: Record<IpvsTcpState | IpvsUdpState, number>;
}

/** One end of a connection. */
export interface Place {
  readonly address: Ipv4;
  readonly port: number;
}

/** The two ends of a packet. */
export interface Ends {
  /** The IP protocol number. */
  readonly protocol: number;
  readonly source: Ipv4;
  readonly sourcePort: number;
  readonly destination: Ipv4;
  readonly destinationPort: number;
}

/** What made the director look at a dest's thresholds: one connection more, one less, or the administrator. */
export type OverloadCause = 'bind' | 'unbind' | 'edit';
