import type { Net } from '../state.ts';
import { newTimer } from '../timer.ts';
import { delTimer, modTimer } from '../timers.ts';
import { note } from '../trace-log.ts';
import { newTuple } from './tuple.ts';
import type { NfConn, NfExpect, Tuple } from './types.ts';

/** How long an announced connection is waited for, and how many one connection may announce (ftp_exp_policy). */
const TIMEOUT_SECONDS = 300;

/** nf_conntrack_expect_max of a guest, whose conntrack table has 512 buckets. */
const EXPECTS_MAX = 8;

/** A connection that shall be waited for, not yet announced (nf_ct_expect_init). */
export function newExpect(
  net: Net,
  master: NfConn,
  { src, dst, dport }: Pick<Tuple, 'src' | 'dst' | 'dport'>,
  arrived?: NfExpect['arrived'],
): NfExpect {
  const expect: NfExpect = {
    tuple: newTuple(master.tuples[0].protocol, src, 0, dst, dport),
    master,
    expires: 0,
    timer: newTimer(() => unlink(net, expect)),
    arrived,
  };
  return expect;
}

/**
 * Announces a connection (net/netfilter/nf_conntrack_expect.c, nf_ct_expect_related): one that its master has
 * announced already is announced anew, and a master waits for one at a time. `busy`: another connection waits for
 * the same; `refused`: nobody can wait, or too many do.
 */
export function expectRelated(net: Net, expect: NfExpect): 'announced' | 'busy' | 'refused' {
  const { expects } = net.conntrack;
  const { master } = expect;
  if (!master.helper) return 'refused';
  const same = expects.find(({ tuple }) => isSame(tuple, expect.tuple));
  if (same && same.master !== master) return 'busy';
  for (const old of expects.filter((one) => one.master === master)) unlink(net, old);
  if (expects.length >= EXPECTS_MAX) return 'refused';
  expect.expires = net.jiffies + TIMEOUT_SECONDS * net.kernel.hz;
  if (!net.kernel.has('expectation-without-timer')) modTimer(net, expect.timer, expect.expires);
  expects.unshift(expect);
  note(net, 'conntrack', 'nf_ct_expect_related', '', () => 'a connection is announced');
  return 'announced';
}

/**
 * Whether a new connection was announced, which it then is no longer; that of a connection that nobody has confirmed
 * yet is not believed (nf_ct_find_expectation).
 */
export function findExpect(net: Net, tuple: Tuple): NfExpect | undefined {
  const found = net.conntrack.expects.find((expect) => isSame(expect.tuple, tuple));
  if (!found?.master.confirmed || found.master.dying) return undefined;
  unlink(net, found);
  return found;
}

/** Whatever the connection has announced goes with it (nf_ct_remove_expectations). */
export function removeExpects(net: Net, master: NfConn): void {
  for (const expect of net.conntrack.expects.filter((one) => one.master === master)) unlink(net, expect);
}

/** Forgets what has not come in time, unless timers do it. */
export function collectExpects(net: Net): void {
  if (!net.kernel.has('expectation-without-timer')) return;
  for (const expect of net.conntrack.expects.filter(({ expires }) => expires <= net.jiffies))
    unlink(net, expect);
}

/** nf_ct_unlink_expect */
function unlink(net: Net, expect: NfExpect): void {
  const { expects } = net.conntrack;
  const at = expects.indexOf(expect);
  if (at >= 0) expects.splice(at, 1);
  delTimer(net, expect.timer);
}

/** All but the source port, which may be any (nf_ct_tuple_mask_cmp). */
function isSame(one: Tuple, other: Tuple): boolean {
  return (
    one.protocol === other.protocol &&
    one.src === other.src &&
    one.dst === other.dst &&
    one.dport === other.dport
  );
}
