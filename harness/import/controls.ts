import type { Classified } from './classify.ts';
import type { Conversation } from './exchange.ts';
import { announcedIn, isControl, textIn } from './ftp-control.ts';
import type { CapturedPacket } from './packet.ts';

/** FTP's control connections: which of them a data connection belongs to. */
export class Controls {
  readonly #all: Conversation[] = [];
  /** By client, who is to open the data connection, and the port: where that was said. */
  readonly #announced = new Map<string, Conversation>();

  begin(conversation: Conversation): void {
    if (isControl(conversation.virtual)) this.#all.push(conversation);
  }

  /** What was said counts until the other end hears something else of that port. */
  note(conversation: Conversation, packet: CapturedPacket, way: 'said' | 'heard'): void {
    const text = isControl(conversation.virtual) ? textIn(packet) : undefined;
    const announced = text === undefined ? undefined : announcedIn(text);
    if (!announced) return;
    const key = `${conversation.client.address} ${announced.opener} ${announced.port}`;
    if (way === 'heard' || !this.#announced.has(key)) this.#announced.set(key, conversation);
  }

  /** The one on which it was announced; else the newest that the client has to the service. */
  of({ client, data }: Classified): Conversation | undefined {
    if (!data) return undefined;
    const port = data.opener === 'server' ? client.port : data.virtual.port;
    return (
      this.#announced.get(`${client.address} ${data.opener} ${port}`) ??
      this.#all.findLast((one) => one.client.address === client.address && one.service === data.control)
    );
  }
}
