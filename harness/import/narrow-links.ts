import type { Dest } from '../../spec/config/services.ts';
import { type LinkName, TWO_ARMED } from '../../spec/config/topology.ts';
import { tunnelBytes } from '../../spec/config/tunnel-bytes.ts';
import { ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED } from '../../spec/wire/icmp.ts';
import type { Exchange } from './exchange.ts';

/** Every link takes so much. */
const LEAST_MTU = 576;
const USUAL_MTU = TWO_ARMED.links[0]!.mtu;

/**
 * The links' MTUs by what the director says of packets that were too large: what it tells is less by what a tunnel adds.
 * Where real servers have different tunnels, a link that is as wide as usual, or else that all of it agrees about.
 */
export function narrowLinks(exchanges: readonly Exchange[]): Partial<Record<LinkName, number>> {
  const possible: Partial<Record<LinkName, readonly number[]>> = {};
  for (const exchange of exchanges) {
    const told = toldMtu(exchange);
    if (told === undefined || told < LEAST_MTU) continue;
    const { conversation, classified } = exchange;
    const link = classified.from === 'client' ? 'server' : 'client';
    const added = link === 'server' ? conversation.service.dests.map(addedBytes) : [];
    const mtus = (added.length > 0 ? added : [0]).map((bytes) => told + bytes);
    const agreed = possible[link]?.filter((mtu) => mtus.includes(mtu)) ?? [];
    possible[link] = agreed.length > 0 ? agreed : mtus;
  }
  const narrow = Object.entries(possible).filter(([, mtus]) => !mtus.includes(USUAL_MTU));
  return Object.fromEntries(narrow.map(([link, [mtu]]) => [link, mtu]));
}

function toldMtu({ answers }: Exchange): number | undefined {
  const errors = answers.filter(({ kind }) => kind === 'back').map(({ classified: { error } }) => error);
  return errors.findLast((error) => error?.type === ICMP_DEST_UNREACH && error.code === ICMP_FRAG_NEEDED)
    ?.mtu;
}

/** What the method of a real server puts before a packet. */
const addedBytes = ({ forward, encapsulation }: Dest): number =>
  forward === 'tunnel' ? tunnelBytes(encapsulation) : 0;
