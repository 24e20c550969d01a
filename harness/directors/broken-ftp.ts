import { PARTS } from '../../spec/parts.ts';
import type { Parts } from '../../spec/state.ts';
import { replace32 } from '../../spec/wire/checksum.ts';
import { long, setLong, setWord, word } from '../../spec/wire/ipv4.ts';
import type { BrokenDirector } from './broken-director.ts';

/** Packets are renumbered, but for the number that stands there. */
function numberStays(at: number): Parts {
  return {
    ...PARTS,
    seqAdjust: (net, skb, entry, direction) => {
      const before = long(skb.payload, at);
      const done = PARTS.seqAdjust(net, skb, entry, direction);
      const bytes = skb.payload.slice();
      setWord(bytes, 16, replace32(word(bytes, 16), long(bytes, at), before));
      setLong(bytes, at, before);
      skb.payload = bytes;
      return done;
    },
  };
}

/** Who reuses a port is met as if the connection that was there controlled no other. */
function controlForgotten(): Parts {
  const right = PARTS.stations.ip_vs_in_hook;
  const run: typeof right.run = (net, skb, hook) => {
    const before = net.ipvs.connections.map((cp) => ({ cp, controls: cp.controls }));
    for (const { cp } of before) cp.controls = 0;
    const verdict = right.run(net, skb, hook);
    for (const { cp, controls } of before) cp.controls += controls;
    return verdict;
  };
  return { ...PARTS, stations: { ...PARTS.stations, ip_vs_in_hook: { ...right, run } } };
}

/** Directors that are wrong about FTP. */
// biome-ignore format: a table is read row by row.
export const BROKEN_FTP: readonly BrokenDirector[] = [
  { id: 'ftp-offset-not-applied', says: 'What is said behind a line that became shorter keeps its numbers.', parts: numberStays(4) },
  { id: 'ftp-ack-not-adjusted', says: 'What acknowledges a line that became shorter keeps its number.', parts: numberStays(8) },
  { id: 'ftp-window-blind', says: 'The window check does not know that lines have become shorter.', parts: { ...PARTS, seqOffset: () => 0 } },
  { id: 'ftp-checksum-stays', says: 'A line is rewritten under the checksum that it had.', parts: { ...PARTS, mangleTcp: (skb, replacement) => { const checksum = word(skb.payload, 16); PARTS.mangleTcp(skb, replacement); setWord(skb.payload, 16, checksum); } } },
  { id: 'ftp-wrong-port', says: 'The port in a rewritten line is one too high.', parts: { ...PARTS, mangleTcp: (skb, replacement) => PARTS.mangleTcp(skb, { ...replacement, text: replacement.text.replace(/(\d+)(\|?)$/, (_, port: string, end: string) => `${Number(port) + 1}${end}`) }) } },
  { id: 'ftp-commands-unread', says: 'ip_vs_ftp does not read what clients say.', parts: { ...PARTS, ipvsFtpIn: () => true } },
  { id: 'ftp-answers-unread', says: 'ip_vs_ftp does not read what servers say.', parts: { ...PARTS, ipvsFtpOut: () => true } },
  { id: 'ftp-not-controlled', says: 'A control connection does not wait for its data connections.', parts: { ...PARTS, ipvsFtpIn: (net, skb, cp) => { const passes = PARTS.ipvsFtpIn(net, skb, cp); for (const data of net.ipvs.connections) if (data.control === cp) { data.control = undefined; cp.controls -= 1; } return passes; } } },
  { id: 'ftp-reuse-ends-control', says: 'A control connection whose port is reused ends, data connection or not.', parts: controlForgotten() },
  { id: 'ftp-announces-nothing', says: 'Data connections are agreed on but never announced.', parts: { ...PARTS, expectRelated: () => 'announced' } },
  { id: 'ftp-announced-unseen', says: 'Connections that were announced are NEW like all others.', parts: { ...PARTS, findExpect: () => undefined } },
  { id: 'ftp-announced-for-good', says: 'A connection that was announced may come again and again.', parts: { ...PARTS, findExpect: (net, tuple) => { const before = [...net.conntrack.expects]; const found = PARTS.findExpect(net, tuple); if (found) net.conntrack.expects.splice(0, net.conntrack.expects.length, ...before); return found; } } },
  { id: 'ftp-announced-forever', says: 'An announced connection is waited for twice as long.', parts: { ...PARTS, expectRelated: (net, expect) => { const done = PARTS.expectRelated(net, expect); if (done === 'announced') expect.expires += 300 * net.kernel.hz; return done; } } },
  { id: 'ftp-mark-not-inherited', says: 'An announced connection begins without the mark of its master.', parts: { ...PARTS, findExpect: (net, tuple) => { const found = PARTS.findExpect(net, tuple); return found && { ...found, master: { ...found.master, mark: 0 } }; } } },
  { id: 'ftp-halves-pass', says: 'Half an announcement passes.', parts: { ...PARTS, ftpHelp: (net, skb, entry) => PARTS.ftpHelp(net, skb, entry) || true } },
  { id: 'ftp-helper-everywhere', says: 'The helper looks at segments that begin anywhere.', parts: { ...PARTS, ftpHelp: (net, skb, entry) => { const seq = long(skb.payload, 4); const { afterNewline } = entry.helper!; const known = [...afterNewline[0], ...afterNewline[1]]; if (skb.payload.length >= 20 && !known.includes(seq)) for (const list of afterNewline) list.push(seq); return PARTS.ftpHelp(net, skb, entry); } } },
  { id: 'helper-template-unmarked', says: 'What a rule that assigns a helper gives to packets has no mark.', parts: { ...PARTS, ruleMatches: (net, rule, skb, devices) => { if (skb.template) skb.template.mark = 0; return PARTS.ruleMatches(net, rule, skb, devices); } } },
];
