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
  if (name === 'lo' || name === 'lo+') return { name, inverted };
  const holds = (device: string) =>
    name.endsWith('+') ? device.startsWith(name.slice(0, -1)) : device === name;
  const sides = { client: holds(client), server: holds(server) };
  if (client !== '' && server !== '' && sides.client === sides.server) {
    // Whoever asks for no device that is known asks for one that no packet comes by.
    if (sides.client === inverted) return { name: 'lo', inverted: false };
    return 'any';
  }
  if (sides.client) return { name: CLIENT, inverted };
  if (sides.server) return { name: SERVER, inverted };
  return 'unknown';
}
