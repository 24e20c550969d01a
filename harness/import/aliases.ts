import type { Endpoint } from '../../spec/scenario.ts';
import { type Classified, type Ends, kindOf } from './classify.ts';
import type { Exchange } from './exchange.ts';

/** What rules, not IPVS, make of the ends of conversations: addresses and ports that no service tells of. */
export class Aliases {
  /** By kind, alias and real server: the client whose packets that server gets from somebody else's address. */
  readonly #clients = new Map<string, Endpoint>();
  /** By kind and both ends: whose packet it is that comes from where rules had sent a client. */
  readonly #servers = new Map<string, Classified>();

  /** An image of a client's packet left to a real server of the service. */
  noteClient(shown: Classified, { conversation: { client } }: Exchange): void {
    this.#clients.set(maskKey(shown), client);
  }

  /** An image of a client's packet left to where no service is known; the packet as what it is. */
  noteServer(
    { kind, source, destination }: Ends,
    { conversation: { client }, classified }: Exchange,
  ): Classified {
    const image: Classified = { ...classified, far: { ...destination, kind: 'real' } };
    this.#servers.set(endsKey(kind, destination, source), { ...image, from: 'server', client });
    return image;
  }

  /** Whom the director shows to servers in a client's place is that client. */
  asClientKnows(classified: Classified): Classified {
    const client = this.#clients.get(maskKey(classified));
    return client ? { ...classified, client } : classified;
  }

  /** What comes from where rules had sent a client, back to whom they had shown there. */
  fromServer({ kind, source, destination }: Ends): Classified | undefined {
    return this.#servers.get(endsKey(kind, source, destination));
  }
}

const maskKey = (classified: Classified): string =>
  endsKey(kindOf(classified), classified.client, classified.far);

function endsKey(kind: string, source: Endpoint, destination: Endpoint): string {
  return `${kind} ${source.address}:${source.port} ${destination.address}:${destination.port}`;
}
