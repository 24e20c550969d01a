import { NAT_OPTIONS, NAT_PORT_PROTOCOLS } from '../../spec/config/iptables-options.ts';
import type { NatTarget, Rule, Target } from '../../spec/config/rules.ts';

const LEAVING: readonly string[] = ['OUTPUT', 'POSTROUTING'];
const ARRIVING: readonly string[] = ['PREROUTING', 'INPUT'];

/**
 * The rule as iptables takes it in this chain: no way in for packets that leave, no way out for packets that
 * arrive, a reset only for what is surely TCP, and in table nat the end that the chain translates.
 */
export function fitted(rule: Rule, chain: string): Rule {
  const { inInterface, outInterface, target, ...rest } = rule;
  const resets = target?.kind === 'REJECT' && target.with === 'tcp-reset';
  const tcp = rule.protocol?.protocol === 'tcp' && !rule.protocol.inverted;
  const word =
    resets && !tcp ? ({ kind: 'REJECT', with: 'icmp-port-unreachable' } as const) : translating(rule, chain);
  return {
    ...rest,
    ...(inInterface && !LEAVING.includes(chain) && { inInterface }),
    ...(outInterface && !ARRIVING.includes(chain) && { outInterface }),
    ...(word && { target: inPlace(word, chain) }),
  };
}

/** Where the way out is not known, or not the same for all who come here, the MSS is a number. */
function inPlace(target: Target, chain: string): Target {
  if (target.kind !== 'TCPMSS' || target.mss !== undefined || CLAMPING.includes(chain)) return target;
  return { kind: 'TCPMSS', mss: 1400 };
}

const CLAMPING: readonly string[] = ['FORWARD', 'OUTPUT', 'POSTROUTING'];

/** The chain of the user's that translates destinations; all others translate sources. */
export const DNAT_CHAIN = 'web';

/** A target of table nat is for one end of the packet, and for ports where there are some. */
function translating({ protocol, target }: Rule, chain: string): Target | undefined {
  if (!target || !('to' in target)) return target;
  const hasPorts = protocol && NAT_PORT_PROTOCOLS.includes(protocol.protocol) && !protocol.inverted;
  const { ports, addresses, ...options } = target.to;
  const range = { ...(addresses && { addresses }), ...(hasPorts && ports && { ports }) };
  const finds = target.kind === 'MASQUERADE' || target.kind === 'REDIRECT';
  if (!finds && Object.keys(range).length === 0) return { kind: 'ACCEPT' };
  const fitting = ofChain({ kind: finds ? 'MASQUERADE' : 'SNAT', to: range }, chain);
  return 'to' in fitting ? { ...fitting, to: { ...range, ...optionsOf(fitting.kind, options) } } : fitting;
}

function optionsOf(kind: NatTarget['kind'], { chance, persistent }: NatTarget['to']): NatTarget['to'] {
  return {
    ...(chance && NAT_OPTIONS[chance].includes(kind) && { chance }),
    ...(persistent && NAT_OPTIONS.persistent.includes(kind) && { persistent }),
  };
}

/** INPUT has no MASQUERADE: no device tells what the address should be. */
function ofChain({ kind, to }: NatTarget, chain: string): Target {
  if (chain === 'PREROUTING' || chain === 'OUTPUT' || chain === DNAT_CHAIN)
    return { kind: kind === 'MASQUERADE' ? 'REDIRECT' : 'DNAT', to };
  return chain === 'INPUT' && kind === 'MASQUERADE' ? { kind: 'ACCEPT' } : { kind, to };
}
