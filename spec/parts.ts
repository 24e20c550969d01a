import type { TableName } from './config/rules.ts';
import { tunnelBytes } from './config/tunnel-bytes.ts';
import { conntrackConfirm, conntrackIn } from './conntrack/core.ts';
import { expectRelated, findExpect } from './conntrack/expect.ts';
import { ftpHelp } from './conntrack/ftp.ts';
import { trackGre } from './conntrack/generic.ts';
import { trackIcmp } from './conntrack/icmp.ts';
import { trackSctp } from './conntrack/sctp.ts';
import { seqAdjust, seqOffset } from './conntrack/seqadj.ts';
import { kill } from './conntrack/table.ts';
import { trackTcp } from './conntrack/tcp.ts';
import { trackUdp } from './conntrack/udp.ts';
import { fragmentsExpired, ipDefrag } from './ip/defrag.ts';
import { fibLookup } from './ip/fib.ts';
import { ipDoFragment } from './ip/fragment.ts';
import { icmpSend } from './ip/icmp.ts';
import { icmpRcv } from './ip/icmp-rcv.ts';
import { ipError } from './ip/ip-error.ts';
import { rawRoom } from './ip/raw.ts';
import { sendRedirect } from './ip/redirect.ts';
import { validateSource } from './ip/route.ts';
import { tcpV4Rcv } from './ip/tcp.ts';
import { greRcv, silentRcv, tunnelRcv } from './ip/tunnels.ts';
import { udpRcv } from './ip/udp.ts';
import { bypasses } from './ipvs/bypass.ts';
import { connExpire } from './ipvs/conn.ts';
import { forwardIcmp, inHook, isUnwanted, outHook } from './ipvs/core.ts';
import { toDrop } from './ipvs/defense.ts';
import { dropEntries } from './ipvs/drop-entry.ts';
import { ipvsFtpIn, ipvsFtpOut } from './ipvs/ftp.ts';
import { updateOverload } from './ipvs/overload.ts';
import { checkTemplate, schedulePersistent } from './ipvs/persist.ts';
import { ahEsp } from './ipvs/proto-ah-esp.ts';
import { sctp } from './ipvs/proto-sctp.ts';
import { tcp } from './ipvs/proto-tcp.ts';
import { udp } from './ipvs/proto-udp.ts';
import { dh } from './ipvs/sched/dh.ts';
import { fo } from './ipvs/sched/fo.ts';
import { lblc } from './ipvs/sched/lblc.ts';
import { lblcr } from './ipvs/sched/lblcr.ts';
import { lc } from './ipvs/sched/lc.ts';
import { mh } from './ipvs/sched/mh.ts';
import { nq } from './ipvs/sched/nq.ts';
import { ovf } from './ipvs/sched/ovf.ts';
import { rr } from './ipvs/sched/rr.ts';
import { sed } from './ipvs/sched/sed.ts';
import { sh } from './ipvs/sched/sh.ts';
import { twos } from './ipvs/sched/twos.ts';
import { wlc } from './ipvs/sched/wlc.ts';
import { wrr } from './ipvs/sched/wrr.ts';
import { snatReroute } from './ipvs/snat-reroute.ts';
import { encapsulate } from './ipvs/tunnel.ts';
import { relayTunnelError } from './ipvs/tunnel-error.ts';
import { conntrackDefrag } from './netfilter/defrag.ts';
import { iptDoTable } from './netfilter/iptables.ts';
import { legacy } from './netfilter/legacy.ts';
import { mangleHook } from './netfilter/mangle.ts';
import { ruleMatches } from './netfilter/matches.ts';
import { mangleTcp } from './netfilter/nat/helper.ts';
import { natHook, natLocalOut } from './netfilter/nat/hooks.ts';
import { natPacket, translateError } from './netfilter/nat/proto.ts';
import { uniqueTuple } from './netfilter/nat/unique-tuple.ts';
import { nft } from './netfilter/nft.ts';
import type { Net, Parts } from './state.ts';
import {
  CONNTRACK_TCP_TABLE,
  CONNTRACK_TCP_TIMEOUTS,
  CONNTRACK_TCP_VALID_FLAGS,
} from './tables/conntrack-tcp.ts';
import { HOOK_ROWS } from './tables/hooks.ts';
import { IPVS_TCP_STATE_ROWS, IPVS_TCP_TABLE, IPVS_TCP_TABLE_SECURE } from './tables/ipvs-tcp.ts';
import { wheelExpiry } from './timer-wheel.ts';
import { ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, ICMP_HOST_UNREACH } from './wire/icmp.ts';
import {
  PROTOCOL_AH,
  PROTOCOL_ESP,
  PROTOCOL_GRE,
  PROTOCOL_ICMP,
  PROTOCOL_IGMP,
  PROTOCOL_IPIP,
  PROTOCOL_IPV6,
  PROTOCOL_MPLS,
  PROTOCOL_PIM,
  PROTOCOL_SCTP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
} from './wire/ipv4.ts';

const conntrackIsUsed = (net: Net): boolean => net.conntrack.users > 0;
/** IPVS's hooks come with the first service and go with the last (ip_vs_register_hooks). */
const hasServices = (net: Net): boolean => net.ipvs.services.length > 0;

/** A table's hooks come with the table, which the first command that names it brings into being. */
const hasTable =
  (name: TableName) =>
  (net: Net): boolean =>
    net.tables.has(name);

/** What a right director is made of. */
export const PARTS: Parts = {
  hookRows: HOOK_ROWS,
  stations: {
    ipv4_conntrack_defrag: { active: ({ conntrack }) => conntrack.defrags, run: conntrackDefrag },
    ipv4_conntrack_in: { active: conntrackIsUsed, run: conntrackIn },
    ipv4_conntrack_local: { active: conntrackIsUsed, run: conntrackIn },
    ipv4_confirm: { active: conntrackIsUsed, run: conntrackConfirm },
    iptable_raw_hook: { active: hasTable('raw'), run: (net, skb, hook) => iptDoTable(net, skb, hook, 'raw') },
    iptable_mangle_hook: { active: hasTable('mangle'), run: mangleHook },
    iptable_filter_hook: {
      active: hasTable('filter'),
      run: (net, skb, hook) => iptDoTable(net, skb, hook, 'filter'),
    },
    iptable_security_hook: {
      active: (net) => hasTable('security')(net) && net.config.iptables !== 'nft',
      run: (net, skb, hook) => iptDoTable(net, skb, hook, 'security'),
    },
    nft_do_chain_ipv4: {
      active: (net) => hasTable('security')(net) && net.config.iptables === 'nft',
      run: (net, skb, hook) => iptDoTable(net, skb, hook, 'security'),
    },
    nf_nat_ipv4_pre_routing: { active: hasTable('nat'), run: natHook },
    nf_nat_ipv4_local_in: { active: hasTable('nat'), run: natHook },
    nf_nat_ipv4_local_fn: { active: hasTable('nat'), run: natLocalOut },
    nf_nat_ipv4_out: { active: hasTable('nat'), run: natHook },
    ip_vs_out_hook: { active: hasServices, run: outHook },
    ip_vs_in_hook: { active: hasServices, run: inHook },
    ip_vs_forward_icmp: { active: hasServices, run: forwardIcmp },
  },
  inetProtocols: {
    [PROTOCOL_ICMP]: icmpRcv,
    [PROTOCOL_TCP]: tcpV4Rcv,
    [PROTOCOL_UDP]: udpRcv,
    [PROTOCOL_IPIP]: tunnelRcv(20),
    [PROTOCOL_IPV6]: tunnelRcv(40),
    [PROTOCOL_MPLS]: tunnelRcv(4),
    [PROTOCOL_GRE]: greRcv,
    [PROTOCOL_IGMP]: silentRcv,
    [PROTOCOL_PIM]: silentRcv,
  },
  ipvsProtocols: {
    [PROTOCOL_TCP]: tcp,
    [PROTOCOL_UDP]: udp,
    [PROTOCOL_SCTP]: sctp,
    [PROTOCOL_AH]: ahEsp('AH'),
    [PROTOCOL_ESP]: ahEsp('ESP'),
  },
  ipvsTcpTable: IPVS_TCP_TABLE,
  ipvsTcpTableSecure: IPVS_TCP_TABLE_SECURE,
  ipvsTcpStates: IPVS_TCP_STATE_ROWS,
  schedulers: { rr, wrr, lc, wlc, sed, nq, fo, ovf, sh, dh, mh, lblc, lblcr, twos },
  updateOverload,
  toDrop,
  deleteEntry: kill,
  dropEntries,
  snatReroute,
  bypasses,
  fibLookup,
  rawRoom,
  isUnwanted,
  schedulePersistent,
  checkTemplate,
  conntrackProtocols: {
    [PROTOCOL_ICMP]: trackIcmp,
    [PROTOCOL_TCP]: trackTcp,
    [PROTOCOL_UDP]: trackUdp,
    [PROTOCOL_SCTP]: trackSctp,
    [PROTOCOL_GRE]: trackGre,
  },
  conntrackTcpTable: CONNTRACK_TCP_TABLE,
  conntrackTcpValidFlags: CONNTRACK_TCP_VALID_FLAGS,
  conntrackTcpTimeouts: CONNTRACK_TCP_TIMEOUTS,
  ftpHelp,
  findExpect,
  expectRelated,
  seqAdjust,
  seqOffset,
  mangleTcp,
  ipvsFtpIn,
  ipvsFtpOut,
  natUniqueTuple: uniqueTuple,
  natPacket,
  natError: translateError,
  ipDefrag,
  fragmentsExpired,
  fragment: ipDoFragment,
  backends: { legacy, nft },
  ruleMatches,
  wheel: wheelExpiry,
  unreachable: (net, skb) =>
    icmpSend(net, skb, { type: ICMP_DEST_UNREACH, code: ICMP_HOST_UNREACH, info: 0 }),
  validateSource,
  ipError,
  sendRedirect,
  fragNeeded: (net, skb, mtu) =>
    icmpSend(net, skb, { type: ICMP_DEST_UNREACH, code: ICMP_FRAG_NEEDED, info: mtu }),
  tunnelBytes,
  encapsulate,
  tunnelError: relayTunnelError,
  connectionExpired: connExpire,
};
