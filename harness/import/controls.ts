import type { Classified } from './classify.ts';
import type { Conversation } from './exchange.ts';
import { announcedIn, isControl } from './ftp-control.ts';
import type { CapturedPacket } from './packet.ts';
import { SpokenLines } from './spoken-lines.ts';

/** FTP's control connections: which of them a data connection belongs to. */
export class Controls {
  readonly #lines = { said: new SpokenLines(), heard: new SpokenLines(), direct: new SpokenLines() };
  readonly #all: Conversation[] = [];
  /** By client, who is to open the data connection, and the port: where that was said, what counts most last. */
  readonly #announced = new Map<string, Conversation[]>();
  /** What clients announced to real servers that they called by their own addresses: client, port and server. */
  readonly #direct = new Set<string>();

  begin(conversation: Conversation): void {
    if (isControl(conversation.virtual)) this.#all.push(conversation);
  }

  /** What was said counts until the other end hears something else of that port. */
  note(conversation: Conversation, packet: CapturedPacket, way: 'said' | 'heard'): void {
    const text = isControl(conversation.virtual) ? this.#lines[way].in(packet) : undefined;
    const announced = text === undefined ? undefined : announcedIn(text);
    if (!announced) return;
    const key = `${conversation.client.address} ${announced.opener} ${announced.port}`;
    const known = this.#announced.get(key) ?? [];
    const others = known.filter((one) => one !== conversation);
    if (way === 'heard') this.#announced.set(key, [...others, conversation]);
    else if (!known.includes(conversation)) this.#announced.set(key, [conversation, ...known]);
  }

  /** Who calls a real server by its own address tells it alone. */
  noteDirect({ client, far }: Classified, packet: CapturedPacket): void {
    const text = this.#lines.direct.in(packet);
    const announced = text === undefined ? undefined : announcedIn(text);
    if (announced?.opener === 'server')
      this.#direct.add(`${client.address} ${announced.port} ${far.address}`);
  }

  /**
   * The one on which it was announced, else the newest that the client has to the service; before all others one whose
   * client's words went to the server that opens it: what that understood is not known, but it was not told by another.
   * None where that server was told by its own address.
   */
  of(
    { client, data, from, far }: Classified,
    wentThere: (conversation: Conversation) => boolean,
  ): Conversation | undefined {
    if (!data) return undefined;
    const port = data.opener === 'server' ? client.port : data.virtual.port;
    const having = this.#all.filter(
      (one) => one.client.address === client.address && one.service === data.control,
    );
    const announced = this.#announced.get(`${client.address} ${data.opener} ${port}`) ?? [];
    // The address that the client knows is that of both.
    const announcing = announced.filter(
      ({ virtual }) => far.kind === 'real' || virtual.address === far.address,
    );
    const opened = from === 'server' && far.kind === 'real';
    const told = opened ? announcing.findLast(wentThere) : undefined;
    if (!told && opened && this.#direct.has(`${client.address} ${port} ${far.address}`)) return undefined;
    const there = opened ? having.findLast(wentThere) : undefined;
    return told ?? there ?? announcing.at(-1) ?? having.at(-1);
  }
}
