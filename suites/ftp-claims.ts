import { BIASES, type ScenarioBias } from '../generators/bias.ts';
import type { Scenario } from '../spec/scenario.ts';
import { bringsMarksHome, commandsIn, sends } from './claim-conditions.ts';
import type { ClaimRow } from './claim-row.ts';
import { MANY_PACKETS } from './shapes.ts';

const FTP = 21;

const isServed = ({ director }: Scenario): boolean =>
  director.services.some(
    ({ protocol, port, dests }) =>
      protocol === 'tcp' && port === FTP && dests.some(({ forward }) => forward === 'masq'),
  );

const isHelped = ({ director }: Scenario): boolean =>
  director.rules.tables.some(({ chains }) =>
    chains.some(({ rules }) => rules.some(({ target }) => target?.kind === 'CT' && 'helper' in target)),
  );

const speaks = ({ timeline }: Scenario): boolean =>
  timeline.some((item) => item.kind === 'segment' && item.text !== undefined);

/** Between the first words and the data connection somebody edits a dest so that it does not masquerade. */
function isMoved({ flows, timeline }: Scenario): boolean {
  const words = timeline.findIndex((item) => 'text' in item);
  const data = timeline.findIndex((item) => 'flow' in item && flows[item.flow]!.service.port !== FTP);
  return (
    words < data &&
    commandsIn(timeline.slice(words, data)).some(
      (command) =>
        command.tool === 'ipvsadm' && command.op === 'edit-dest' && command.dest.forward !== 'masq',
    )
  );
}

/** Somebody announces, and the segment ends before its line does. */
const announcesByHalf = ({ timeline }: Scenario): boolean =>
  timeline.some(
    (item) => 'text' in item && /^(PORT |227 |229 )/i.test(item.text!) && !/[\r\n]$/.test(item.text!),
  );

/** What a server says on a control connection comes with a wrong checksum. */
const answersBroken = ({ flows, timeline }: Scenario): boolean =>
  timeline.some(
    (item) =>
      item.kind === 'segment' &&
      item.from === 'server' &&
      item.badChecksum === true &&
      flows[item.flow]!.service.port === FTP,
  );

/** Where a mark makes all packets the director's own. */
const BROUGHT_HOME: ScenarioBias = {
  ...BIASES.ftp,
  ...{
    routing: 15,
    markServices: 0,
    broughtHome: 100,
    droute: 5,
    tunnel: 0,
    localNode: 0,
    marks: 5,
    rules: 10,
  },
  ...{
    nat: 0,
    lossy: 1,
    outOfWindow: 0,
    wrongFlags: 0,
    besideServices: 0,
    disorder: 5,
    commands: 5,
    sources: 5,
  },
  ...{ astray: 0, icmpErrors: 2, counting: 80 },
};

/** What is said of FTP: its control connections, and what they agree on. */
export const FTP_CLAIMS = [
  {
    id: 'ftp/ipvs',
    says: "Behind a masqueraded service on port 21 answers to PASV and EPSV name the virtual address, and data connections go to the control connection's real server, whoever opens them.",
    source: { file: 'net/netfilter/ipvs/ip_vs_ftp.c', symbol: 'ip_vs_ftp_out' },
    bias: { ...BIASES.ftp, defence: 55, commands: 10, disorder: 60 },
    size: MANY_PACKETS,
    only: (scenario) => isServed(scenario) && speaks(scenario),
  },
  {
    id: 'ftp/helper',
    says: 'A data connection is RELATED when a line that begins a segment has announced it where a rule has assigned the helper, once, for 300 seconds.',
    source: { file: 'net/netfilter/nf_conntrack_ftp.c', symbol: 'help' },
    bias: { ...BIASES.ftp, besideServices: 45, counting: 90, droute: 30 },
    size: MANY_PACKETS,
    only: (scenario) => isHelped(scenario) && speaks(scenario),
  },
  {
    id: 'ftp/sequence',
    says: 'What a side says behind a line that has changed its length is renumbered, and so is what acknowledges it; ICMP errors too.',
    source: { file: 'net/netfilter/nf_conntrack_seqadj.c', symbol: 'nf_ct_seq_adjust' },
    bias: { ...BIASES.ftp, accidents: 80, lossy: 8, icmpErrors: 30, nat: 30, besideServices: 5 },
    size: MANY_PACKETS,
    only: (scenario) => isServed(scenario) && speaks(scenario),
  },
  {
    id: 'ftp/control',
    says: 'A control connection lives as long as its data connections, and what it has announced goes with it.',
    source: { file: 'net/netfilter/ipvs/ip_vs_conn.c', symbol: 'ip_vs_conn_expire' },
    bias: { ...BIASES.ftp, timeoutEdges: 90, commands: 60, sysctls: 12 },
    size: { ...MANY_PACKETS, interruptions: 10 },
    only: (scenario) => isServed(scenario) && speaks(scenario) && sends(scenario, 'wait'),
  },
  {
    id: 'ftp/moved',
    says: 'A data connection is forwarded as its dest is by now, and waits for its client in LISTEN, whatever its control connection does.',
    source: { file: 'net/netfilter/ipvs/ip_vs_proto_tcp.c', symbol: 'ip_vs_tcp_conn_listen' },
    bias: {
      ...BIASES.ftp,
      ...{
        commands: 95,
        moves: 60,
        defence: 80,
        accidents: 4,
        rules: 4,
        nat: 2,
        besideServices: 0,
        droute: 0,
        disorder: 90,
      },
      ...{ shortFlows: 0, portReuse: 2, counting: 30 },
    },
    size: { ...MANY_PACKETS, services: 1, dests: 1, flows: 6, segments: 56, interruptions: 12 },
    only: (scenario) => isServed(scenario) && speaks(scenario) && isMoved(scenario),
  },
  {
    id: 'ftp/half-announced',
    says: 'A line of which only a half is there is lost where the helper listens, whoever it was for.',
    source: { file: 'net/netfilter/nf_conntrack_ftp.c', symbol: 'help, NF_DROP' },
    bias: { ...BROUGHT_HOME, conntrack: 95, accidents: 5, halfLines: 100 },
    size: MANY_PACKETS,
    only: (scenario) => isHelped(scenario) && announcesByHalf(scenario) && bringsMarksHome(scenario),
  },
  {
    id: 'ftp/brought-home',
    says: "A mark that makes all packets the director's own keeps answers of real servers there: they are translated, and lost if they are broken.",
    source: { file: 'net/netfilter/ipvs/ip_vs_core.c', symbol: 'ip_vs_reply4, ip_vs_local_reply4' },
    bias: { ...BROUGHT_HOME, accidents: 100, damaged: 20, wrongSums: 50 },
    size: { ...MANY_PACKETS, accidents: 10 },
    only: (scenario) => isServed(scenario) && bringsMarksHome(scenario) && answersBroken(scenario),
  },
] as const satisfies readonly ClaimRow[];
