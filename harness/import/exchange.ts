import type { VirtualService } from '../../spec/config/services.ts';
import type { Endpoint, FlowProtocol } from '../../spec/scenario.ts';
import type { Classified } from './classify.ts';
import type { CapturedPacket } from './packet.ts';

/** One flow of a client to a service, of which the capture has the beginning. */
export interface Conversation {
  readonly protocol: FlowProtocol;
  readonly client: Endpoint;
  readonly virtual: Endpoint;
  readonly service: VirtualService;
  /** Of whoever has not begun yet, undefined. */
  readonly isn: Record<'client' | 'server', number | undefined>;
  /** Packets between its ends came before it, of a connection of which nobody saw the beginning. */
  readonly isAfterUnknown?: true;
  /** Of FTP's data connections: who began it, and the connection on which it was agreed. */
  readonly data?: { readonly opener: 'client' | 'server'; readonly control: Conversation };
}

/** A packet that reached the director, and what the director sent for it. */
export interface Exchange {
  readonly conversation: Conversation;
  readonly packet: CapturedPacket;
  readonly classified: Classified;
  readonly answers: Answer[];
  /** A packet followed of which nobody can tell whether the director had sent it. */
  doubtful: boolean;
}

/**
 * `forwarded` went on to the other side, `translated` too, but with an address of nobody who takes part; `back` went to
 * whoever had sent the packet.
 */
export interface Answer {
  readonly kind: 'forwarded' | 'translated' | 'back';
  readonly packet: CapturedPacket;
  readonly classified: Classified;
}

/** A conversation that may go on. */
export interface Open {
  readonly conversation: Conversation;
  readonly exchanges: Exchange[];
}
