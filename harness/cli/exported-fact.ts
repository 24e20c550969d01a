import type { ExportedFact } from '../../reports/case/exported.ts';
import type { Topology } from '../../spec/config/topology.ts';
import type { Expectation, SentFact } from '../../spec/expectation.ts';
import { printFact, printWhen } from '../../spec/scenario-text/expectation.ts';
import { formatIpv4 } from '../../spec/wire/address.ts';
import { parseEthernet } from '../../spec/wire/ethernet.ts';
import type { PlanStep } from '../play/plan.ts';

/** What the author expects, as a script can see it on its wires, or as words alone. */
export function exportedFact({ fact, when }: Expectation, step: PlanStep, topology: Topology): ExportedFact {
  // A script does not know what its kernel has.
  if (when) return { says: `${printFact(fact)} (when ${printWhen(when)})`, fields: undefined };
  return { says: printFact(fact), fields: fieldsOf(fact, step, topology) };
}

function fieldsOf(fact: Expectation['fact'], step: PlanStep, topology: Topology): ExportedFact['fields'] {
  const asker = step.kind === 'frame' ? parseEthernet(step.frame)?.source : undefined;
  switch (fact.kind) {
    case 'nothing':
      return {};
    case 'sent':
      return sentFields(fact, topology);
    case 'reset':
      return asker === undefined ? undefined : { to: asker, rst: 1 };
    case 'icmp': {
      const { type, code, mtu } = fact;
      return asker === undefined
        ? undefined
        : { to: asker, type, code, ...(mtu === undefined ? {} : { mtu }) };
    }
    default:
      return undefined;
  }
}

function sentFields({ to, source, ttl }: SentFact, { hosts }: Topology): ExportedFact['fields'] {
  const host = hosts.find(({ name }) => name === to)!;
  return {
    wire: host.link,
    to: host.mac,
    ...(source ? { source: formatIpv4(source.address), sport: source.port } : {}),
    ...(ttl === undefined ? {} : { ttl }),
  };
}
