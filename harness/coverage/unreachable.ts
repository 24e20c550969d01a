/** Why some cells are reached by no packet that can be sent here: what a run without them must not be blamed for. */

type Reason = string | undefined;

/** Both tables of net/netfilter/ipvs/ip_vs_proto_tcp.c, read backwards: from where does any row lead to a state? */
export function unreachableIpvsTcp([direction, event, state]: readonly string[]): Reason {
  if (state === 'LAST_ACK') return 'no row leads to LAST_ACK from another state';
  if (state === 'LISTEN' && direction === 'INPUT_ONLY')
    return 'only data connections of FTP listen, and those are masqueraded';
  if (state === 'NONE' && direction === 'OUTPUT')
    return 'a connection leaves NONE with its first packet, which is the client’s';
  if (state === 'NONE' && event === 'rst') return 'a RST makes no connection';
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

export function unreachableHook([at, verdict]: readonly string[]): Reason {
  const [hook, station] = at!.split(' ') as [string, string];
  if (verdict === 'NF_ACCEPT') return undefined;
  const takesOver = station === 'ip_vs_out_hook' && hook === 'NF_INET_FORWARD';
  if (
    verdict === 'NF_STOLEN' &&
    !takesOver &&
    station !== 'ip_vs_in_hook' &&
    station !== 'ip_vs_forward_icmp'
  )
    return 'this station never takes a packet over';
  if (station.startsWith('ipv4_conntrack'))
    return 'it drops only when the table is full, and nobody here fills it';
  if (station === 'ipv4_confirm' && hook === 'NF_INET_LOCAL_IN')
    return 'only a tuple that IPVS has altered can clash here, and such packets leave by POST_ROUTING';
  if (station === 'ip_vs_forward_icmp')
    return 'it needs an error about a connection that is addressed to another than its virtual address: nobody sends one';
  if (hook === 'NF_INET_LOCAL_OUT' && station.startsWith('ip_vs'))
    return 'the director begins no connection of its own';
  if (hook === 'NF_INET_LOCAL_IN' && station === 'ip_vs_out_hook')
    return 'real servers send errors to clients, not to the director';
  return undefined;
}
