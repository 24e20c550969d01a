import type { Sourced } from './sourced.ts';

interface IcmpQuery extends Sourced {
  readonly request: number;
  readonly reply: number;
}

const source = { file: 'net/netfilter/nf_conntrack_proto_icmp.c', symbol: 'invmap' };

/** The ICMP messages that are answered, and with what. */
export const CONNTRACK_ICMP_QUERIES = [
  { request: 8, reply: 0, source }, // echo
  { request: 13, reply: 14, source }, // timestamp
  { request: 15, reply: 16, source }, // information
  { request: 17, reply: 18, source }, // address mask
] as const satisfies readonly IcmpQuery[];

/** Type -> the type that answers it, or that it answers. */
export const CONNTRACK_ICMP_INVERSE: ReadonlyMap<number, number> = new Map(
  CONNTRACK_ICMP_QUERIES.flatMap(({ request, reply }) => [
    [request, reply],
    [reply, request],
  ]),
);

/** Only these begin an entry (valid_new of nf_conntrack_icmp_packet). */
export const CONNTRACK_ICMP_REQUESTS: ReadonlySet<number> = new Set(
  CONNTRACK_ICMP_QUERIES.map(({ request }) => request),
);
