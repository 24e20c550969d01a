import {
  type Dest,
  isSameService,
  keepsPort,
  takesFlag,
  type VirtualService,
} from '../../spec/config/services.ts';

/** Why `ipvsadm --restore` would refuse the services; nothing when it takes them. */
export function serviceProblems(services: readonly VirtualService[]): readonly string[] {
  return [
    ...(services.some((one, index) => services.slice(0, index).some((other) => isSameService(one, other)))
      ? ['two services of one name']
      : []),
    ...services.flatMap(({ protocol, port, dests, scheduler, schedFlags = [], persistence, onePacket }) => [
      ...(port === 0 && protocol !== 'fwm' && !persistence ? ['port 0 without persistence'] : []),
      ...(onePacket && protocol !== 'udp' && protocol !== 'fwm'
        ? ['one-packet scheduling of no datagrams']
        : []),
      ...schedFlags.filter((flag) => !takesFlag(scheduler, flag)).map((flag) => `${flag} with ${scheduler}`),
      ...(hasDuplicate(dests) ? ['two dests on one address and port'] : []),
      ...dests.flatMap((dest) => destProblems(dest, protocol === 'fwm' ? dest.port : port)),
    ]),
  ];
}

/** Only masquerading can lead to another port. */
export function destProblems(dest: Dest, servicePort: number): readonly string[] {
  const { forward, encapsulation, port, weight, upperThreshold: upper = 0, lowerThreshold: lower = 0 } = dest;
  return [
    ...(keepsPort(forward) && port !== servicePort ? ['a dest of -g or -i on another port'] : []),
    ...(forward !== 'tunnel' && encapsulation ? ['a type of tunnel without a tunnel'] : []),
    ...(weight < 0 || weight > 65535 ? [`weight ${weight}`] : []),
    ...(lower > upper ? ['a lower threshold above the upper one'] : []),
  ];
}

function hasDuplicate(list: readonly { readonly address: number; readonly port: number }[]): boolean {
  return new Set(list.map(({ address, port }) => `${address}:${port}`)).size < list.length;
}
