/**
 * Where a generator spends its packets. A claim about one part of the director asks for scenarios that are rich in
 * that part; what it does not ask for still occurs. Numbers are percent, but where a line says otherwise.
 */
export interface ScenarioBias {
  /** Flows that follow an earlier one on the same addresses and ports. */
  readonly portReuse: number;
  /** Flows of turns in no order at all instead of whole sessions; FTP's data connections that begin with any segment. */
  readonly disorder: number;
  /** Flows of a SYN or a handshake only, so that many connections meet the scheduler; doubles the flows. */
  readonly shortFlows: number;
  /** Flows that aim beside the services: a free port, a real server, the director, or out of the cluster. */
  readonly besideServices: number;
  /** Flows of UDP instead of TCP. */
  readonly udp: number;
  /** Services for UDP instead of TCP; flows follow. */
  readonly udpServices: number;
  /** Services for SCTP. */
  readonly sctpServices: number;
  /** Services for FTP; flows to them are control connections and what is agreed upon there. */
  readonly ftp: number;
  /** Control connections of FTP of which a line comes in two segments; over 50 it is each of their lines. */
  readonly halfLines: number;
  /** Services for marked packets instead of an address; most directors then have rules that mark. */
  readonly markServices: number;
  /** Directors that have a service for a mark besides, and take all packets of it for their own. */
  readonly broughtHome: number;
  /** Services for ISAKMP, which IPsec's packets follow. */
  readonly isakmp: number;
  /** Flows whose ends also send each other packets of protocols without ports. */
  readonly others: number;
  /** Flows whose ends also ping each other. */
  readonly echoes: number;
  /** Flows about which the ends, or routers, send ICMP errors. */
  readonly icmpErrors: number;
  /** Flows whose client is a program on the director itself. */
  readonly ownClients: number;
  /** Flows whose server is one. */
  readonly ownServers: number;
  /** Flows of which packets come by a wire where they do not belong. */
  readonly astray: number;
  /** Directors that look at where packets come from, or say that there are shorter ways. */
  readonly sources: number;
  /** Directors with rules and routes beside those of their links; half of those with services by mark have them anyway. */
  readonly routing: number;
  /** Ways of a virtual address that lead nowhere, where it has ways of its own. */
  readonly lostWays: number;
  /** Flows of which somebody on the way cuts packets into fragments. */
  readonly fragments: number;
  /** Directors with a link that takes less than 1500 bytes. */
  readonly mtu: number;
  /** Flows that have accidents (see the weights below). */
  readonly accidents: number;
  /** Weight among accidents: sequence and acknowledgement numbers at the edges of the window. */
  readonly outOfWindow: number;
  /** Weight among accidents: flags that no honest peer sends. */
  readonly wrongFlags: number;
  /** Weight among accidents: lost, repeated, reordered, overlapping segments. */
  readonly lossy: number;
  /** Weight among accidents: checksum, TTL, window, options, sender. */
  readonly damaged: number;
  /** Weight of wrong checksums among what is damaged. */
  readonly wrongSums: number;
  /** Scenarios with rules that decide something. */
  readonly rules: number;
  /** Directors whose rules iptables-nft has set. */
  readonly nft: number;
  /** Scenarios with tables raw or mangle: packets and connections are marked, or not tracked. */
  readonly marks: number;
  /** Of these, those that mark what leaves and nothing else. */
  readonly outputMarks: number;
  /** Scenarios with a table nat. */
  readonly nat: number;
  /**
   * Scenarios with rules that count what state each chain saw. They also switch connection tracking on: a network
   * namespace tracks nothing until a rule asks for a state, whatever `net.ipv4.vs.conntrack` says.
   */
  readonly counting: number;
  /** Rules that count what IPVS has handled, and directors on which that includes what it leaves alone. */
  readonly handled: number;
  /** Interruptions that are commands of the administrator; the others are waits. */
  readonly commands: number;
  /** Commands that make a dest forward in another way, whatever others do. */
  readonly moves: number;
  /** Commands that delete entries of conntrack, whatever others do. */
  readonly forgets: number;
  /** Waits around the known timeouts; the others are short or anything. */
  readonly timeoutEdges: number;
  /** Services of lblc and lblcr, directors on which these soon forget, and waits of half an hour. */
  readonly locality: number;
  /** Services of sh, mh and dh. */
  readonly hashing: number;
  /** Services of twos, which not every kernel has. */
  readonly twos: number;
  /** Chance of each sysctl to be set. */
  readonly sysctls: number;
  /** Directors with `net.ipv4.vs.conntrack` 1. */
  readonly conntrack: number;
  /** Directors with `net.ipv4.vs.secure_tcp` 3, until somebody switches it off. */
  readonly defence: number;
  /** Services that route directly, wholly or in part. */
  readonly droute: number;
  /** Services that send through tunnels; others have some too, beside dests of other kinds. */
  readonly tunnel: number;
  /** Services whose real servers are on the clients' own network. */
  readonly oneArmed: number;
  /** Services of which the director is a real server itself. */
  readonly localNode: number;
  /** Services that have nobody, and directors with `net.ipv4.vs.cache_bypass` 1; others have it with services by mark. */
  readonly bypass: number;
  /** Dests with connection thresholds. */
  readonly thresholds: number;
  /** Persistent services. */
  readonly persistence: number;
}

export const EVEN: ScenarioBias = {
  portReuse: 25,
  disorder: 20,
  shortFlows: 15,
  besideServices: 15,
  udp: 10,
  udpServices: 20,
  sctpServices: 6,
  ftp: 6,
  halfLines: 15,
  markServices: 10,
  broughtHome: 0,
  isakmp: 2,
  others: 3,
  echoes: 10,
  icmpErrors: 15,
  ownClients: 2,
  ownServers: 1,
  astray: 4,
  sources: 8,
  routing: 5,
  lostWays: 0,
  fragments: 8,
  mtu: 10,
  accidents: 54,
  outOfWindow: 3,
  wrongFlags: 2,
  lossy: 3,
  damaged: 3,
  wrongSums: 3,
  rules: 50,
  nft: 12,
  marks: 15,
  outputMarks: 0,
  nat: 12,
  counting: 50,
  handled: 2,
  commands: 35,
  moves: 0,
  forgets: 0,
  timeoutEdges: 40,
  locality: 0,
  hashing: 0,
  twos: 0,
  sysctls: 6,
  conntrack: 50,
  defence: 2,
  droute: 38,
  tunnel: 10,
  oneArmed: 4,
  localNode: 5,
  bypass: 0,
  thresholds: 12,
  persistence: 12,
};

/** The mixes that claims ask for, by topic. */
export const BIASES = {
  even: EVEN,
  stateTables: {
    ...EVEN,
    ...{ disorder: 75, accidents: 20, rules: 15, counting: 65, commands: 10, sysctls: 10, defence: 10 },
    ...{ udp: 3, udpServices: 5, sctpServices: 2, markServices: 3, besideServices: 6 },
    ...{ shortFlows: 3, echoes: 3, icmpErrors: 6, fragments: 2, mtu: 3, persistence: 5, thresholds: 4 },
  },
  portReuse: { ...EVEN, portReuse: 80, besideServices: 5, sysctls: 15, rules: 35 },
  windowTracking: {
    ...EVEN,
    outOfWindow: 12,
    accidents: 90,
    rules: 25,
    counting: 85,
    conntrack: 90,
    droute: 15,
    commands: 15,
  },
  schedulers: {
    ...EVEN,
    shortFlows: 90,
    besideServices: 2,
    rules: 10,
    counting: 10,
    accidents: 10,
    commands: 60,
  },
  filterRules: { ...EVEN, rules: 100, counting: 40, besideServices: 25, commands: 25 },
  marks: { ...EVEN, marks: 100, rules: 40, counting: 40, conntrack: 65 },
  nat: {
    ...EVEN,
    nat: 100,
    counting: 70,
    conntrack: 65,
    besideServices: 45,
    udp: 35,
    icmpErrors: 25,
    echoes: 20,
    commands: 20,
  },
  expiry: { ...EVEN, timeoutEdges: 85, commands: 15, sysctls: 12, rules: 25 },
  edits: { ...EVEN, commands: 85, shortFlows: 30, rules: 40, counting: 30 },
  forwarding: { ...EVEN, besideServices: 70, counting: 60 },
  icmpErrors: { ...EVEN, icmpErrors: 90, counting: 60, conntrack: 60, commands: 15, accidents: 20 },
  narrow: { ...EVEN, mtu: 100, accidents: 20, udp: 25, echoes: 25, besideServices: 25, commands: 15 },
  sources: {
    ...EVEN,
    ...{ sources: 85, astray: 50, besideServices: 55, droute: 60, accidents: 15, commands: 20, counting: 40 },
  },
  routing: {
    ...EVEN,
    ...{
      routing: 100,
      besideServices: 50,
      marks: 40,
      markServices: 30,
      counting: 30,
      accidents: 15,
      commands: 20,
    },
    ...{ sources: 15, astray: 8, echoes: 20, udp: 20, disorder: 10 },
  },
  fragments: {
    ...EVEN,
    fragments: 80,
    nft: 50,
    mtu: 25,
    udp: 30,
    echoes: 20,
    accidents: 20,
    commands: 20,
    besideServices: 35,
  },
  tunnels: {
    ...EVEN,
    ...{ tunnel: 100, droute: 0, mtu: 40, icmpErrors: 50, counting: 60, accidents: 30, commands: 20 },
    besideServices: 4,
  },
  ftp: {
    ...EVEN,
    ...{ ftp: 100, udp: 0, udpServices: 0, sctpServices: 0, markServices: 0, droute: 10, besideServices: 12 },
    ...{ counting: 65, rules: 40, disorder: 20, shortFlows: 5, commands: 12, portReuse: 10, accidents: 40 },
    defence: 12,
  },
  datagrams: { ...EVEN, udp: 80, echoes: 40, besideServices: 60, counting: 70, timeoutEdges: 60 },
} as const satisfies Readonly<Record<string, ScenarioBias>>;
