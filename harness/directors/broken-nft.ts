import { PARTS } from '../../spec/parts.ts';
import type { Parts } from '../../spec/state.ts';
import type { BrokenDirector } from './broken-director.ts';

const { legacy, nft } = PARTS.backends;

/** nf_tables does something as the legacy tables do it. */
const withNft = (wrong: Partial<Parts['backends']['nft']>): Parts => ({
  ...PARTS,
  backends: { legacy, nft: { ...nft, ...wrong } },
});

// biome-ignore format: a table is read row by row
/** Directors that are wrong about rules that iptables-nft has set. */
export const BROKEN_NFT: readonly BrokenDirector[] = [
  { id: 'nft-security-first', says: 'iptables-nft puts table security before IPVS, where the legacy one is.', parts: { ...PARTS, hookRows: PARTS.hookRows.map((row) => (row.station === 'nft_do_chain_ipv4' ? { ...row, priority: 50 } : row)) } },
  { id: 'nft-policies-zeroed', says: 'Every command of iptables-nft zeroes the counters of the policies of its table.', parts: withNft({ reload: (net, table, command) => legacy.reload(net, table, command) }) },
  { id: 'nft-policy-counts-on', says: 'A chain to which iptables-nft gives a policy counts on.', parts: withNft({ reload: () => {} }) },
];
