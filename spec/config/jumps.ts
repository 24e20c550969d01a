import { type Place, TextError } from './text-error.ts';

/** A rule that leads into another chain, and where it stands in the text. */
export interface Jump extends Place {
  readonly from: string;
  readonly to: string;
}

/**
 * Jumps must lead somewhere and must not come back. Like mark_source_chains (net/ipv4/netfilter/ip_tables.c)
 * this follows only what a built-in chain reaches.
 */
export function checkLoops(
  jumps: readonly Jump[],
  builtIn: readonly string[],
  chains: readonly string[],
): void {
  const known = new Set(chains);
  for (const jump of jumps)
    if (!known.has(jump.to))
      throw new TextError(jump, `there is no chain ${jump.to}`, {
        hint: `declare it above: :${jump.to} - [0:0]`,
      });
  const from = new Map<string, Jump[]>();
  for (const chain of chains) from.set(chain, []);
  for (const jump of jumps) from.get(jump.from)!.push(jump);
  const finished = new Set<string>();
  const open = new Set<string>();
  const visit = (chain: string): void => {
    open.add(chain);
    for (const jump of from.get(chain)!) {
      if (open.has(jump.to)) throw loop(jump);
      if (!finished.has(jump.to)) visit(jump.to);
    }
    open.delete(chain);
    finished.add(chain);
  };
  for (const chain of builtIn) visit(chain);
}

function loop(jump: Jump): TextError {
  return new TextError(jump, `the jump from ${jump.from} to ${jump.to} closes a loop`, {
    hint: 'the kernel refuses such rules: remove the jump',
  });
}
