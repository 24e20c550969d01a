import { sixNumbers } from '../netfilter/nat/ftp.ts';
import { ensureWritable, type Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { note } from '../trace-log.ts';
import { PROTOCOL_TCP } from '../wire/ipv4.ts';
import { textOf } from '../wire/latin1.ts';
import { tcpHeaderBytes } from '../wire/tcp.ts';
import { connInGet, connNew, connOutGet, connPut, controlAdd } from './conn.ts';
import { type FtpAddress, readAddress, readExtended } from './ftp-address.ts';
import { expectDataConnection } from './nfct.ts';
import type { IpVsConn } from './types.ts';

const PORT = { word: 'PORT', skip: ' ' };
const EPRT = { word: 'EPRT', skip: ' ' };
const PASV_REPLY = { word: '227 ', skip: '(' };
const EPSV_REPLY = { word: '229 ', skip: '(' };

/**
 * What an FTP client says to a masqueraded server: the answer to PASV or EPSV will have to be rewritten, and after PORT
 * or EPRT the server will call (net/netfilter/ipvs/ip_vs_ftp.c, ip_vs_ftp_in). False: the packet is lost.
 */
export function ipvsFtpIn(net: Net, skb: Skb, cp: IpVsConn): boolean {
  const text = dataOf(skb);
  if (text === '') return true;
  const asked = passiveCommand(text);
  if (asked === 'strange') return true;
  if (asked) {
    cp.ftp!.asked = asked;
    note(net, 'ipvs', 'ip_vs_ftp_in', '', () => `the client asks by ${asked} where to connect to`);
    return true;
  }
  const called = readAddress(net.kernel, text, PORT) ?? readExtended(net.kernel, text, EPRT);
  if (!called) return true;
  cp.ftp!.asked = undefined;
  const port = (cp.virtualPort - 1) & 0xffff;
  const ends = {
    protocol: PROTOCOL_TCP,
    source: called.address,
    sourcePort: called.port,
    destination: cp.virtual,
    destinationPort: port,
  };
  const known = connInGet(net, ends);
  const data =
    known ??
    connNew(net, ends, cp.dest, {
      destAddress: cp.destAddress,
      destPort: (cp.destPort - 1) & 0xffff,
      nfct: true,
    });
  if (!known) controlAdd(data, cp);
  listen(net, data);
  note(net, 'ipvs', 'ip_vs_ftp_in', '', () => 'a data connection is made for the server to open');
  return true;
}

/**
 * What a masqueraded server says to an FTP client: the address in its answer to PASV or EPSV becomes the virtual one,
 * for conntrack to count with (ip_vs_ftp_out). Without a conntrack entry the answer is lost.
 */
export function ipvsFtpOut(net: Net, skb: Skb, cp: IpVsConn): boolean {
  const text = dataOf(skb);
  const { asked } = cp.ftp!;
  if (!asked) return true;
  const offered =
    asked === 'PASV'
      ? readAddress(net.kernel, text, PASV_REPLY)
      : readExtended(net.kernel, text, EPSV_REPLY, cp.destAddress);
  if (!offered) return true;
  const data = passiveConnection(net, cp, offered);
  cp.ftp!.asked = undefined;
  const { start: at, end } = offered;
  const rewritten = asked === 'PASV' ? sixNumbers(data.virtual, data.virtualPort) : `|||${data.virtualPort}|`;
  if (skb.ct) {
    net.parts.mangleTcp(skb, { at, length: end - at, text: rewritten });
    expectDataConnection(net, skb.ct.entry, data);
  }
  listen(net, data);
  note(net, 'ipvs', 'ip_vs_ftp_out', '', () =>
    skb.ct
      ? `the server's answer says ${rewritten} from here on`
      : 'the answer cannot be rewritten: it is lost',
  );
  return skb.ct !== undefined;
}

/** The connection by which the client will fetch its data, from whatever port. */
function passiveConnection(net: Net, cp: IpVsConn, { address, port }: FtpAddress): IpVsConn {
  const known = connOutGet(net, {
    protocol: PROTOCOL_TCP,
    source: address,
    sourcePort: port,
    destination: cp.client,
    destinationPort: 0,
  });
  if (known) return known;
  const ends = {
    protocol: PROTOCOL_TCP,
    source: cp.client,
    sourcePort: 0,
    destination: cp.virtual,
    destinationPort: port,
  };
  const data = connNew(net, ends, cp.dest, {
    destAddress: address,
    destPort: port,
    noClientPort: true,
    nfct: true,
  });
  controlAdd(data, cp);
  return data;
}

/** ip_vs_tcp_conn_listen, ip_vs_conn_put */
function listen(net: Net, data: IpVsConn): void {
  data.state = 'LISTEN';
  data.timeout = net.ipvs.timeouts.LISTEN * net.kernel.hz;
  connPut(net, data);
}

/**
 * PASV or EPSV anywhere in a segment; `strange`: an EPSV that asks for something else, behind which nothing is looked
 * at.
 */
function passiveCommand(text: string): 'PASV' | 'EPSV' | 'strange' | undefined {
  for (let at = 0; at <= text.length - 6; at += 1) {
    const command = text.slice(at, at + 6).toUpperCase();
    if (command === 'PASV\r\n') return 'PASV';
    if (command.startsWith('EPSV\r')) return 'EPSV';
    // 1 stands for IPv4.
    if (command.startsWith('EPSV ')) return text.slice(at + 5, at + 7) === '1\r' ? 'EPSV' : 'strange';
  }
  return undefined;
}

/** The segment's data, all of it within reach. */
function dataOf(skb: Skb): string {
  ensureWritable(skb, skb.payload.length);
  return textOf(skb.payload.subarray(tcpHeaderBytes(skb.payload)));
}
