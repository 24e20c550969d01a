import type { InterfaceMatch } from '../../spec/config/rules.ts';
import { TWO_ARMED } from '../../spec/config/topology.ts';
import type { Exchange } from './exchange.ts';

/** The director's network devices by the side that they are on; '' where nobody said. */
export interface Devices {
  readonly client: string;
  readonly server: string;
}

/** What the capture says of devices, unless the user does. */
export function devicesOf(exchanges: readonly Exchange[], given: Partial<Devices>): Devices {
  const of = (from: 'client' | 'server'): string =>
    exchanges.find((one) => one.classified.from === from && one.packet.device !== '')?.packet.device ?? '';
  return { client: given.client ?? of('client'), server: given.server ?? of('server') };
}

const [CLIENT, SERVER] = [TWO_ARMED.links[0]!.device, TWO_ARMED.links[1]!.device];

/** What both begin with. */
const BOTH = 'eth+';

/** What a device is called here. */
export function deviceHere({ client, server }: Devices, name: string): string | undefined {
  if (['lo', 'all', 'default'].includes(name)) return name;
  if (name === client) return CLIENT;
  return name === server ? SERVER : undefined;
}

/** The same match here; 'any' where all packets come by that device, 'unknown' where its side is. */
export function deviceMatch(
  { client, server }: Devices,
  { name, inverted }: InterfaceMatch,
): InterfaceMatch | 'any' | 'unknown' {
  if (['lo', 'lo+', '+'].includes(name)) return { name, inverted };
  const holds = (device: string) =>
    name.endsWith('+') ? device.startsWith(name.slice(0, -1)) : device === name;
  const sides = { client: holds(client), server: holds(server) };
  if (client !== '' && server !== '' && sides.client === sides.server) {
    // Where a hook has no such device, as INPUT has none that packets leave by, not even this one is there.
    if (sides.client) return { name: BOTH, inverted };
    // Whoever asks for no device that is known asks for one that no packet comes by.
    return inverted ? 'any' : { name: 'lo', inverted: false };
  }
  if (sides.client) return { name: CLIENT, inverted };
  if (sides.server) return { name: SERVER, inverted };
  return 'unknown';
}
