import type { Backend, Net } from '../state.ts';

/** Where this director's rules are. */
export const backendOf = ({ parts, config }: Net): Backend => parts.backends[config.iptables ?? 'legacy'];
