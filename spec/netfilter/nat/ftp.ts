import { newExpect } from '../../conntrack/expect.ts';
import type { FtpFound } from '../../conntrack/ftp-search.ts';
import { type Direction, type NfConn, ORIGINAL, REPLY } from '../../conntrack/types.ts';
import type { Skb } from '../../skb.ts';
import type { Net } from '../../state.ts';
import { note } from '../../trace-log.ts';
import { formatIpv4, type Ipv4 } from '../../wire/address.ts';
import { followMaster } from './helper.ts';

/**
 * A translated control connection announces a data connection to where its own packets seem to come from
 * (net/netfilter/nf_nat_ftp.c); false: the packet is lost.
 */
export function natFtp(
  net: Net,
  skb: Skb,
  { entry, direction, found }: { entry: NfConn; direction: Direction; found: FtpFound },
): boolean {
  const answer = entry.tuples[direction === ORIGINAL ? REPLY : ORIGINAL];
  const expect = newExpect(net, entry, { src: answer.src, dst: answer.dst, dport: found.port }, (fresh) =>
    followMaster(net, fresh, { master: entry, direction, port: found.port }),
  );
  switch (net.parts.expectRelated(net, expect)) {
    case 'refused':
      note(net, 'nat', 'nf_nat_ftp', 'NF_DROP', () => 'the connection cannot be announced');
      return false;
    case 'busy':
      // Some other port, by chance (nf_nat_exp_find_port).
      net.undetermined ??= 'nat-port';
      return true;
    case 'announced': {
      const { at, length } = found;
      const replacement = wording(found, answer.dst);
      note(net, 'nat', 'nf_nat_ftp', '', () => `it says ${replacement} from here on`);
      net.parts.mangleTcp(skb, { at, length, text: replacement });
      return true;
    }
  }
}

/** nf_nat_ftp_fmt_cmd */
function wording({ kind, port }: FtpFound, address: Ipv4): string {
  switch (kind) {
    case 'PORT':
    case 'PASV':
      return sixNumbers(address, port);
    case 'EPRT':
      return `|1|${formatIpv4(address)}|${port}|`;
    case 'EPSV':
      return `|||${port}|`;
  }
}

/** 10.0.0.100 port 10241 as FTP writes it: 10,0,0,100,40,1 */
export function sixNumbers(address: Ipv4, port: number): string {
  return [...formatIpv4(address).split('.'), port >> 8, port & 0xff].join(',');
}
