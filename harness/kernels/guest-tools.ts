/** An administrator's program in the guest: copied from this machine, reachable under these names. */
export interface GuestTool {
  program: string;
  /** Absolute path in the guest. */
  path: string;
  /** Further names in the same folder; iptables looks at the name it is called by. */
  aliases: readonly string[];
}

const commands = ['', '-save', '-restore'];

export const guestTools: readonly GuestTool[] = [
  { program: 'ipvsadm', path: '/usr/sbin/ipvsadm', aliases: [] },
  {
    program: 'xtables-legacy-multi',
    path: '/usr/sbin/xtables-legacy-multi',
    // The bare names mean the legacy backend whatever the distribution's default is: one backend per
    // network namespace, and the legacy one is what all kernels of interest have had all along.
    aliases: commands.flatMap((command) => [`iptables-legacy${command}`, `iptables${command}`]),
  },
  {
    program: 'xtables-nft-multi',
    path: '/usr/sbin/xtables-nft-multi',
    aliases: commands.map((command) => `iptables-nft${command}`),
  },
  { program: 'conntrack', path: '/usr/sbin/conntrack', aliases: [] },
  { program: 'ip', path: '/usr/sbin/ip', aliases: [] },
];

/** Where distributions keep the plug-ins of iptables; the programs look in the folder they were built for. */
export const xtablesFolders = [
  '/usr/lib/x86_64-linux-gnu/xtables',
  '/usr/lib64/xtables',
  '/usr/lib/xtables',
] as const;

/** IPv4 only, and what serves all families. */
export const xtablesPlugin = /^lib(?:xt|ipt)_\w+\.so$/;

/** Names for `-p`, as IANA assigns them; the programs look here, and not every host has the file. */
export const protocols = `ip 0 IP
icmp 1 ICMP
igmp 2 IGMP
ipencap 4 IP-ENCAP
tcp 6 TCP
udp 17 UDP
dccp 33 DCCP
gre 47 GRE
esp 50 IPSEC-ESP
ah 51 IPSEC-AH
ipv6-icmp 58 IPv6-ICMP
sctp 132 SCTP
udplite 136 UDPLite
`;

/** Mount points and places to write that programs expect. */
export const emptyFolders = ['/proc', '/sys', '/dev', '/tmp', '/run', '/etc', '/root', '/var/run'] as const;

/** What the first process needs before it has mounted anything (Documentation/admin-guide/devices.txt). */
export const deviceNodes = [
  { path: '/dev/console', mode: 0o600, major: 5, minor: 1 },
  { path: '/dev/null', mode: 0o666, major: 1, minor: 3 },
  { path: '/dev/net/tun', mode: 0o666, major: 10, minor: 200 },
] as const;
