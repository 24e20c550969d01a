/** One station of a packet's way through the model: what ran, what it decided, and why. */
export interface TraceEntry {
  /** NF_INET_LOCAL_IN …, or the function of the network stack between two hooks. */
  readonly hook: string;
  /** The kernel's name of what ran: `ip_vs_in_hook`, `nf_conntrack_in`, `iptable_filter INPUT`. */
  readonly station: string;
  /** NF_ACCEPT, NF_DROP, NF_STOLEN … or '' where there is none. */
  readonly verdict: string;
  /** One sentence, in the present tense. */
  readonly why: string;
}
