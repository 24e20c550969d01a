import { ipv6Error } from './address-text.ts';
import { type Drafted, readDrafted } from './drafted.ts';
import type { VirtualService } from './services.ts';
import { parseServices } from './services-parse.ts';
import { TextError } from './text-error.ts';
import { splitLines, splitWords, type Word } from './words.ts';

/** What `ipvsadm -Ln` prints is told from `ipvsadm-save` by its heading, or by its arrows. */
export function isServiceList(text: string): boolean {
  return /^\s*(IP Virtual Server version|Prot\s+LocalAddress|->\s)/m.test(text);
}

const OPTION_OF: Readonly<Record<string, string>> = {
  ...{ TCP: '-t', UDP: '-u', SCTP: '--sctp-service', FWM: '-f' },
};
const FORWARDING: Readonly<Record<string, string>> = { Masq: '-m', Route: '-g', Tunnel: '-i' };
const HEADINGS = /^\s*(IP Virtual Server|Prot\s|->\s+RemoteAddress:Port|$)/;

/** The services that `ipvsadm -Ln` lists, their counts left out. */
export function parseServiceList(text: string): VirtualService[] {
  let service: readonly string[] | undefined;
  const drafted = splitLines(text).flatMap((line): Drafted[] => {
    if (HEADINGS.test(line.text)) return [];
    const words = splitWords(line.text, line);
    if (words[0]!.text !== '->') {
      service = serviceName(words);
      return [{ line: line.line, text: ['-A', ...service, ...settings(words.slice(2))].join(' ') }];
    }
    if (!service) throw new TextError(words[0]!, 'a server stands before its service');
    return [{ line: line.line, text: ['-a', ...service, ...server(words)].join(' ') }];
  });
  return readDrafted(drafted, parseServices);
}

function serviceName([protocol, address, family]: readonly Word[]): string[] {
  const option = OPTION_OF[protocol!.text];
  if (option === undefined)
    throw new TextError(protocol!, `"${protocol!.text}" does not begin a line of ipvsadm -Ln`, {
      allowed: 'TCP UDP SCTP FWM ->',
    });
  if (!address) throw new TextError(protocol!, 'the address of the service is missing');
  if (family?.text === 'IPv6') throw ipv6Error(family, `the service of mark ${address.text}`);
  return [option, address.text];
}

/** What follows the service: `wrr`, `wlc persistent 300 mask 255.255.255.0`, `mh (mh-port) ops`. */
function settings(words: readonly Word[]): string[] {
  const [scheduler, ...rest] = words;
  if (!scheduler) return [];
  const options = ['-s', scheduler.text];
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at]!;
    const value = rest[at + 1]?.text ?? '';
    if (/^\(.*\)$/.test(word.text)) options.push('-b', word.text.slice(1, -1));
    else if (word.text === 'ops') options.push('-o');
    else if (word.text === 'persistent') options.push('-p', value);
    else if (word.text === 'mask') options.push('-M', value);
    else
      throw new TextError(word, `"${word.text}" is no flag of a service`, { allowed: 'persistent mask ops' });
    if (['persistent', 'mask'].includes(word.text)) at += 1;
  }
  return options;
}

function server(words: readonly Word[]): string[] {
  const [arrow, address, forwarding, weight] = words;
  if (!address || !forwarding || !weight)
    throw new TextError(arrow!, 'the line of a server is cut', {
      allowed: '-> ADDRESS:PORT FORWARD WEIGHT ACTIVECONN INACTCONN',
    });
  const option = FORWARDING[forwarding.text];
  if (option === undefined)
    throw new TextError(forwarding, `forwarding ${forwarding.text} is not modelled`, {
      allowed: Object.keys(FORWARDING).join(' '),
    });
  return ['-r', address.text, option, '-w', weight.text];
}
