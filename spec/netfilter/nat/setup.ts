import type { NatRange } from '../../config/rules.ts';
import { mayAdjust } from '../../conntrack/seqadj.ts';
import { invert, sameTuple } from '../../conntrack/tuple.ts';
import { type NatManip, type NatStatus, type NfConn, REPLY, type Tuple } from '../../conntrack/types.ts';
import type { Net } from '../../state.ts';
import { note } from '../../trace-log.ts';

/** Whether NAT has decided about this end of the connection (nf_nat_initialized). */
export function isDone({ nat }: NfConn, manip: NatManip): boolean {
  return nat?.done[manip] === true;
}

/**
 * Decides what becomes of one end of a connection: its answers will be addressed to what was chosen
 * (net/netfilter/nf_nat_core.c, nf_nat_setup_info). One that is in the table already stays as it is.
 */
export function setupInfo(net: Net, entry: NfConn, range: NatRange, manip: NatManip): void {
  if (entry.confirmed || isDone(entry, manip)) return;
  const now = seenOutside(entry);
  const chosen = net.parts.natUniqueTuple(net, entry, range, manip);
  const nat = natStatusOf(entry);
  if (!sameTuple(now, chosen)) {
    entry.tuples = [entry.tuples[0], invert(chosen)!];
    nat.changed[manip] = true;
    if (entry.helper) mayAdjust(entry);
    note(
      net,
      'nat',
      'nf_nat_setup_info',
      '',
      () => `the ${manip === 'SRC' ? 'source' : 'destination'} changes`,
    );
  }
  nat.done[manip] = true;
}

/** Nothing is to change, unless somebody else is in the way (nf_nat_alloc_null_binding). */
export function nullBinding(net: Net, entry: NfConn, manip: NatManip): void {
  const reply = entry.tuples[REPLY];
  const address = manip === 'SRC' ? reply.dst : reply.src;
  setupInfo(net, entry, { addresses: { first: address, last: address } }, manip);
}

/** The first packet as it would look outside by what is decided so far: what the reply turns round. */
export function seenOutside(entry: NfConn): Tuple {
  return invert(entry.tuples[REPLY])!;
}

/** Every entry that meets NAT gets it once (nf_ct_nat_ext_add). */
export function natStatusOf(entry: NfConn): NatStatus {
  entry.nat ??= {
    changed: { SRC: false, DST: false },
    done: { SRC: false, DST: false },
    masqDevice: undefined,
  };
  return entry.nat;
}
