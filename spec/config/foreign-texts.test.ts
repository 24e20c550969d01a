import { describe, expect, it } from 'vitest';
import { printRuleset } from './iptables-print.ts';
import { parseServiceList } from './ipvsadm-list-parse.ts';
import { printServices } from './ipvsadm-print.ts';
import { parseKeepalived } from './keepalived-parse.ts';
import { parseNftRuleset } from './nft-parse.ts';
import { NFT_RULESET } from './nft-ruleset.fixture.ts';
import { expectRefusalWith } from './refusal.fixture.ts';
import { parseSysctlList } from './sysctl-list-parse.ts';

/** Texts that describe a director in other words than ours. */

const OF_IPV6 = 'is of IPv6, which is not modelled; remove what is of IPv6, services with all their servers';

describe('ipvsadm -Ln', () => {
  const LIST = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.0.0.100:80 wlc persistent 300 mask 255.255.255.0
  -> 192.168.1.11:80              Masq    1      3          7
  -> 192.168.1.12:8080            Masq    0      0          0
UDP  10.0.0.100:53 rr ops
FWM  7 mh (mh-port)
  -> 192.168.1.11:0               Route   1      0          0
`;

  it('is read as what ipvsadm-save would have said', () => {
    expect(printServices(parseServiceList(LIST), 'named')).toBe(`-A -t VIP:80 -s wlc -p 300 -M 255.255.255.0
-a -t VIP:80 -r RIP1:80 -m -w 1
-a -t VIP:80 -r RIP2:8080 -m -w 0
-A -u VIP:53 -s rr -o
-A -f 7 -s mh -b mh-port
-a -f 7 -r RIP1:0 -g -w 1
`);
  });

  it.each([
    ['Masq    1', 'Mask    1', 5, 'forwarding Mask is not modelled'],
    ['wlc persistent', 'wlcc persistent', 4, '"wlcc" is no scheduler'],
    ['TCP ', 'TPC ', 4, '"TPC" does not begin a line'],
    ['10.0.0.100:80', '[2001:db8::1]:80', 4, `"[2001:db8::1]:80" ${OF_IPV6}`],
    ['FWM  7', 'FWM  7 IPv6', 8, `the service of mark 7 ${OF_IPV6}`],
  ])('with %j as %j is refused in its line', (from, to, line, message) =>
    refused(() => parseServiceList(LIST.replace(from, to)), line, message),
  );
});

describe('keepalived.conf', () => {
  const CONF = `! Configuration File
global_defs { router_id LVS }
virtual_server_group G {
  10.0.0.100 443
  10.0.0.101 443
}
virtual_server 10.0.0.100 80 {
    delay_loop 6
    lb_algo rr   # as ever
    lb_kind DR
    persistence_timeout 50
    protocol TCP
    real_server 192.168.1.11 80
    {
        weight 1
        HTTP_GET { url { path /
 status_code 200 } }
    }
    real_server 192.168.1.12 80 { weight 3
      uthreshold 5 }
}
virtual_server group G { lvs_sched wlc
 lvs_method NAT
 real_server 192.168.1.11 443 { } }
`;

  it('is read as what keepalived gives to IPVS', () => {
    expect(printServices(parseKeepalived(CONF), 'named')).toBe(`-A -t VIP:80 -s rr -p 50
-a -t VIP:80 -r RIP1:80 -g -w 1
-a -t VIP:80 -r RIP2:80 -g -w 3 -x 5
-A -t VIP:443 -s wlc
-a -t VIP:443 -r RIP1:443 -m -w 1
-A -t VIP2:443 -s wlc
-a -t VIP2:443 -r RIP1:443 -m -w 1
`);
  });

  it.each([
    ['lb_kind DR', 'lb_kind ROUTE', 10, 'there is no method ROUTE'],
    ['lb_algo rr', 'lb_algo rrr', 7, '"rrr" is no scheduler'],
    ['weight 3', 'weight -3', 19, '"-3" is no weight'],
    ['group G {', 'group H {', 22, 'there is no virtual_server_group G'],
    [' { } }', ' { }', 22, 'the block is not closed'],
    ['global_defs {', '} {', 2, '} closes nothing'],
    ['10.0.0.100 80', '2001:db8::1 80', 7, `"2001:db8::1:80" ${OF_IPV6}`],
    ['192.168.1.12 80', '2001:db8::2 80', 19, `"2001:db8::2:80" ${OF_IPV6}`],
  ])('with %j as %j is refused in its line', (from, to, line, message) =>
    refused(() => parseKeepalived(CONF.replace(from, to)), line, message),
  );
});

describe('nft list ruleset', () => {
  it('is said in tables of iptables', () => {
    expect(printRuleset(parseNftRuleset(NFT_RULESET), 'numeric')).toBe(`*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A POSTROUTING -o eth0 -j MASQUERADE
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:other - [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate INVALID -j DROP
-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT
-A INPUT -s 10.0.0.0/24 -p tcp -m multiport --dports 80,443 -m conntrack --ctstate NEW -j ACCEPT
-A INPUT -s 10.1.0.0/16 -p tcp -m multiport --dports 80,443 -m conntrack --ctstate NEW -j ACCEPT
-A INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j LOG
-A INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j DROP
-A INPUT -p tcp -m multiport --dports 22,8000:8100 -j other
-A INPUT -j REJECT --reject-with icmp-admin-prohibited
-A other -j MARK --set-xmark 0x1/0xffffffff
-A other -j ACCEPT
COMMIT
`);
  });

  it.each([
    ['iifname "lo"', 'limit rate 5/second', 8, '"limit" has no counterpart here'],
    ['priority filter', 'priority -17', 7, 'no table of iptables has priority -17'],
    ['{ invalid : drop, established : accept }', '@verdicts', 9, 'a map by name is not read'],
    ['jump other', 'jump another', 13, 'no chain'],
    ['set web', 'set wob', 11, 'there is no set web'],
    ['80, 443', '80000', 11, '"80000" is no port'],
    ['"lo"', '"a b" -j DROP', 8, '"-j" has no counterpart here'],
  ])('with %j as %j is refused in its line', (from, to, line, message) =>
    refused(() => parseNftRuleset(NFT_RULESET.replace(from, to)), line, message),
  );
});

describe('sysctl -a', () => {
  const devices = (name: string) => (name === 'bond0.7' ? 'eth0' : undefined);

  it('is read for what is not as ever', () => {
    const list = `kernel.hostname = director
net.ipv4.vs.conntrack = 1
net.ipv4.vs.sloppy_tcp = 0
net.ipv4.vs.backup_only = 1
net.ipv4.conf.bond0/7.rp_filter = 1
net.ipv4.conf.docker0.rp_filter = 1
`;
    expect(parseSysctlList(list, devices)).toEqual({
      sysctls: { 'net.ipv4.vs.conntrack': 1, 'net.ipv4.conf.eth0.rp_filter': 1 },
      unmodelled: ['net.ipv4.vs.backup_only = 1'],
    });
  });

  it('is refused in its line', () =>
    refused(() => parseSysctlList('\nnet.ipv4.vs.conntrack = yes', devices), 2, '"yes" is no value'));
});

const refused = (read: () => unknown, line: number, message: string): void =>
  expectRefusalWith(read, { line, message });
