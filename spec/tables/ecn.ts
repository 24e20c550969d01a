/**
 * What becomes of the ECN bits of fragments that are put together, by the set of values that they had (bit 0: not
 * capable, 1 and 2: capable, 3: congested): bits that the whole gets besides, or that it is dropped
 * (net/ipv4/inet_fragment.c, ip_frag_ecn_table; RFC 3168, 5.3).
 */
export const ECN_OF_FRAGMENTS: readonly (number | 'dropped')[] = [
  /* none                    */ 0,
  /* not                     */ 0,
  /* ect1                    */ 0,
  /* ect1 not                */ 'dropped',
  /* ect0                    */ 0,
  /* ect0 not                */ 'dropped',
  /* ect0 ect1               */ 0,
  /* ect0 ect1 not           */ 'dropped',
  /* ce                      */ 0,
  /* ce not                  */ 'dropped',
  /* ce ect1                 */ 3,
  /* ce ect1 not             */ 'dropped',
  /* ce ect0                 */ 3,
  /* ce ect0 not             */ 'dropped',
  /* ce ect0 ect1            */ 3,
  /* ce ect0 ect1 not        */ 'dropped',
];
