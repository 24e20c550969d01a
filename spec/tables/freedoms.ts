import type { Sourced } from './sourced.ts';

/**
 * What the reference leaves open: a field that a kernel may fill as it likes. The model names the row on each
 * frame concerned (`Emitted.open`); everything else is compared bit by bit. A row is no tolerance: it says why
 * nobody can know the value.
 */
export interface Freedom extends Sourced {
  readonly id: string;
  /** The header field, as `wire/dissect` names it. */
  readonly field: 'ipv4.id';
  readonly reason: string;
}

export const FREEDOMS = [
  {
    id: 'own-ip-id',
    field: 'ipv4.id',
    reason:
      'A packet that the director makes itself without DF gets its id from a table that is hashed with a boot-time secret and moves on with the clock.',
    source: { file: 'net/ipv4/route.c', symbol: '__ip_select_ident' },
  },
] as const satisfies readonly Freedom[];

export type FreedomId = (typeof FREEDOMS)[number]['id'];
