import { connDel } from '../../spec/ipvs/conn.ts';
import { mayBeDropped } from '../../spec/ipvs/drop-entry.ts';
import { PARTS } from '../../spec/parts.ts';
import type { Parts } from '../../spec/state.ts';
import { sysctl } from '../../spec/sysctl.ts';
import type { BrokenDirector } from './broken-director.ts';

type Delete = Parts['deleteEntry'];

const deletion = (wrong: Delete): Parts => ({ ...PARTS, deleteEntry: wrong });

/** The connections of IPVS that the entry's sender has. */
const andConnections: Delete = (net, entry) => {
  PARTS.deleteEntry(net, entry);
  const { src, sport } = entry.tuples[0];
  const own = net.ipvs.connections.filter((cp) => cp.client === src && cp.clientPort === sport);
  for (const cp of own) connDel(net, cp);
};

// biome-ignore format: a table is read row by row
/** Directors that are wrong about entries and connections which somebody ends. */
export const BROKEN_DELETIONS: readonly BrokenDirector[] = [
  { id: 'conntrack-deletion-spares-assured', says: 'An administrator can delete no ASSURED entry.', parts: deletion((net, entry) => { if (!entry.assured) PARTS.deleteEntry(net, entry); }) },
  { id: 'conntrack-deletion-ends-ipvs', says: "With an entry that an administrator deletes IPVS's connection goes, too.", parts: deletion(andConnections) },
  { id: 'drop-entry-busy-ones', says: 'drop_entry ends established connections however much they say.', parts: { ...PARTS, dropEntries: (net) => sysctl(net, 'net.ipv4.vs.drop_entry') === 3 && net.ipvs.connections.filter((cp) => cp.state === 'ESTABLISHED' && !mayBeDropped(net, cp)).filter((cp) => connDel(net, cp)).length > 0 } },
];
