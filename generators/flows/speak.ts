import type { Segment } from '../../spec/scenario.ts';
import { ACK, FIN, PSH, RST, SYN } from '../../spec/wire/tcp.ts';
import { type Dialect, timestampOption } from './dialect.ts';
import type { Deed, Turn } from './turns.ts';

/** What an end knows of the conversation: how far each side has come. Nothing about who is between them. */
interface Progress {
  readonly client: number;
  readonly server: number;
}

/** How a deed looks: its flags, where it stands relative to the sender's next byte, how far it moves that. */
const LOOKS: Readonly<Record<Deed, { flags: number; back: number; carriesData: boolean; counts: number }>> = {
  syn: { flags: SYN, back: 0, carriesData: false, counts: 1 },
  synack: { flags: SYN | ACK, back: 0, carriesData: false, counts: 1 },
  ack: { flags: ACK, back: 0, carriesData: false, counts: 0 },
  data: { flags: PSH | ACK, back: 0, carriesData: true, counts: 0 },
  fin: { flags: FIN | ACK, back: 0, carriesData: false, counts: 1 },
  rst: { flags: RST, back: 0, carriesData: false, counts: 0 },
  rstack: { flags: RST | ACK, back: 0, carriesData: false, counts: 0 },
  keepalive: { flags: ACK, back: 1, carriesData: false, counts: 0 },
  probe: { flags: PSH | ACK, back: 1, carriesData: false, counts: 0 },
};

/** The segments of honest ends that take these turns and hear each other, whatever the director does. */
export function speak(flow: string, turns: readonly Turn[], dialect: Dialect): readonly Segment[] {
  let progress = begun(turns);
  return turns.map((turn, index) => {
    const segment = segmentOf(flow, turn, { progress, dialect, index });
    progress = advanced(progress, turn);
    return segment;
  });
}

/** A side that never says SYN is met in the middle of its session, but for a server that refuses a SYN. */
function begun(turns: readonly Turn[]): Progress {
  const of = (side: Turn['from']) => turns.filter(({ from }) => from === side).map(({ does }) => does);
  const client = of('client');
  const server = of('server');
  const refuses = client.includes('syn') && server.length > 0 && server.every((does) => does === 'rstack');
  return { client: client.some(isSyn) ? 0 : 1, server: refuses || server.some(isSyn) ? 0 : 1 };
}

function isSyn(deed: Deed): boolean {
  return deed === 'syn' || deed === 'synack';
}

function segmentOf(
  flow: string,
  { from, does, length }: Turn,
  { progress, dialect, index }: { progress: Progress; dialect: Dialect; index: number },
): Segment {
  const looks = LOOKS[does];
  const heard = progress[from === 'client' ? 'server' : 'client'];
  const stamps =
    dialect.timestamps && does !== 'rst' ? timestampOption(1000 + index, index && 999 + index) : [];
  return {
    kind: 'segment',
    flow,
    from,
    flags: looks.flags,
    seq: isSyn(does) ? 0 : progress[from] - looks.back,
    ack: looks.flags & ACK ? heard : 0,
    window: does === 'rst' ? 0 : dialect[from].window,
    length: looks.carriesData ? length : does === 'probe' ? 1 : 0,
    options: [...(isSyn(does) ? dialect[from].options : []), ...stamps],
  };
}

function advanced(progress: Progress, { from, does, length }: Turn): Progress {
  const looks = LOOKS[does];
  if (isSyn(does)) return { ...progress, [from]: Math.max(progress[from], 1) };
  return { ...progress, [from]: progress[from] + looks.counts + (looks.carriesData ? length : 0) };
}
