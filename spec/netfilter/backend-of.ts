import type { Net } from '../state.ts';
import type { Backend } from './types.ts';

/** Where this director's rules are. */
export const backendOf = ({ parts, config }: Net): Backend => parts.backends[config.iptables ?? 'legacy'];
