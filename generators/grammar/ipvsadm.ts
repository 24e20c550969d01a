import type { Dest, VirtualService } from '../../spec/config/services.ts';

/** Why `ipvsadm --restore` would refuse the services; nothing when it takes them. */
export function serviceProblems(services: readonly VirtualService[]): readonly string[] {
  return [
    ...(hasDuplicate(services) ? ['two services on one address and port'] : []),
    ...services.flatMap(({ port, dests }) => [
      ...(hasDuplicate(dests) ? ['two dests on one address and port'] : []),
      ...dests.flatMap((dest) => destProblems(dest, port)),
    ]),
  ];
}

/** Only masquerading can lead to another port. */
export function destProblems({ forward, port, weight }: Dest, servicePort: number): readonly string[] {
  return [
    ...(forward === 'droute' && port !== servicePort ? ['a dest of -g on another port'] : []),
    ...(weight < 0 || weight > 65535 ? [`weight ${weight}`] : []),
  ];
}

function hasDuplicate(list: readonly { readonly address: number; readonly port: number }[]): boolean {
  return new Set(list.map(({ address, port }) => `${address}:${port}`)).size < list.length;
}
