import type { Match, TableName, Target } from '../../../spec/config/rules.ts';

/** For everything that a rule can have, the words of a rule that has it. */

/** In INPUT of table filter. */
export const MATCH_WORDS: Readonly<Record<Match['kind'], string>> = {
  comment: '-m comment --comment x',
  length: '-m length --length 40',
  ttl: '-m ttl --ttl-eq 1',
  iprange: '-m iprange --src-range 10.0.0.1-10.0.0.2',
  tcp: '-p tcp -m tcp --dport 80',
  udp: '-p udp -m udp --dport 80',
  icmp: '-p icmp -m icmp --icmp-type 8',
  tos: '-m tos --tos 0x10',
  dscp: '-m dscp --dscp 1',
  tcpmss: '-p tcp -m tcpmss --mss 1:500',
  addrtype: '-m addrtype --src-type LOCAL',
  limit: '-m limit --limit 1/second',
  state: '-m state --state NEW',
  conntrack: '-m conntrack --ctstate NEW',
  ipvs: '-m ipvs --ipvs',
  multiport: '-p tcp -m multiport --dports 80,81',
  mark: '-m mark --mark 1',
  connmark: '-m connmark --mark 1',
};

interface SampleTarget {
  readonly table: TableName;
  readonly words: string;
}

const inFilter = (target: string): SampleTarget => ({ table: 'filter', words: `-A INPUT -j ${target}` });
const inMangle = (words: string): SampleTarget => ({ table: 'mangle', words: `-A FORWARD ${words}` });
const inNat = (words: string): SampleTarget => ({ table: 'nat', words });

export const TARGET_WORDS: Readonly<Record<Exclude<Target['kind'], 'jump' | 'goto'>, SampleTarget>> = {
  ACCEPT: inFilter('ACCEPT'),
  DROP: inFilter('DROP'),
  RETURN: inFilter('RETURN'),
  REJECT: inFilter('REJECT'),
  LOG: inFilter('LOG'),
  NFLOG: inFilter('NFLOG'),
  MARK: inMangle('-j MARK --set-mark 1'),
  CONNMARK: inMangle('-j CONNMARK --save-mark'),
  TOS: inMangle('-j TOS --set-tos 0x10'),
  DSCP: inMangle('-j DSCP --set-dscp 1'),
  TCPMSS: inMangle('-p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 500'),
  CT: { table: 'raw', words: '-A PREROUTING -j CT --notrack' },
  SNAT: inNat('-A POSTROUTING -j SNAT --to-source 10.0.0.1'),
  DNAT: inNat('-A PREROUTING -j DNAT --to-destination 10.0.0.1'),
  MASQUERADE: inNat('-A POSTROUTING -j MASQUERADE'),
  REDIRECT: inNat('-A PREROUTING -p tcp -j REDIRECT --to-ports 80'),
};
