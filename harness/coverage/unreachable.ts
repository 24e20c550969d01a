/** Why some cells are reached by no packet that can be sent here: what a run without them must not be blamed for. */

type Reason = string | undefined;

/** Both tables of net/netfilter/ipvs/ip_vs_proto_tcp.c, read backwards: from where does any row lead to a state? */
export function unreachableIpvsTcp([direction, , state]: readonly string[]): Reason {
  if (state === 'LAST_ACK') return 'no row leads to LAST_ACK from another state';
  if (direction === 'INPUT_ONLY' && (state === 'SYN_SENT' || state === 'CLOSE_WAIT'))
    return `only rows of two-sided connections lead to ${state}`;
  return undefined;
}

/** net/netfilter/nf_conntrack_proto_tcp.c */
export function unreachableConntrackTcp([direction, event, state]: readonly string[]): Reason {
  if (event === 'none')
    return 'a segment without any of the flags is invalid before the table is asked (tcp_error)';
  if (state === 'NONE' && direction === 'REPLY')
    return 'an entry leaves NONE with its first packet, which is ORIGINAL';
  return undefined;
}

/** Stations that keep a packet, or send it on by another way. */
const TAKE_OVER: readonly string[] = [
  'NF_INET_PRE_ROUTING ipv4_conntrack_defrag',
  'NF_INET_LOCAL_IN ip_vs_in_hook',
  'NF_INET_LOCAL_IN ip_vs_out_hook',
  'NF_INET_LOCAL_OUT ip_vs_in_hook',
  'NF_INET_FORWARD ip_vs_out_hook',
  'NF_INET_FORWARD ip_vs_forward_icmp',
];

export function unreachableHook([at, verdict]: readonly string[]): Reason {
  const station = at!.split(' ')[1]!;
  if (verdict === 'NF_ACCEPT') return undefined;
  if (verdict === 'NF_STOLEN')
    return TAKE_OVER.includes(at!) ? undefined : 'this station never takes a packet over';
  if (station === 'ipv4_conntrack_defrag') return 'it keeps what it does not let pass';
  if (station.startsWith('ipv4_conntrack'))
    return 'it drops only when the table is full, and nobody here fills it';
  return undefined;
}

/** Of packets that clients send to virtual services. */
export function unreachableForwarding([method, , seen]: readonly string[]): Reason {
  return seen === 'RELATED' && method !== 'masq'
    ? 'only data connections of FTP are, and answers that would announce one do not come by the director'
    : undefined;
}

export function unreachableMatch([match, result]: readonly string[]): Reason {
  return match === 'comment' && result === 'fails' ? 'a comment holds for every packet' : undefined;
}
