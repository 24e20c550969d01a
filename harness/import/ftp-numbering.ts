import { usualLength } from '../../spec/config/named-text.ts';
import { parseTcpHeader } from '../../spec/wire/tcp.ts';
import type { Casting } from './casting.ts';
import type { Conversation, Exchange } from './exchange.ts';
import { isControl, textIn } from './ftp-control.ts';
import { recastText, withNames } from './ftp-words.ts';
import type { CapturedPacket } from './packet.ts';

type From = 'client' | 'server';
/** As its sender said it, or as the other end heard it from the director. */
export type Ear = 'said' | 'heard';

interface Move {
  readonly conversation: Conversation;
  readonly ear: Ear;
  readonly from: From;
  /** Where the line ends in the capture, relative to the isn of whoever said it. */
  readonly end: number;
  /** By how many bytes the cast's is longer. */
  readonly grows: number;
}

/**
 * The sequence numbers of FTP's control connections. The addresses in their lines are written out, and those of the
 * cast are longer or shorter than the capture's: all that comes behind such a line moves.
 */
export class FtpNumbering {
  readonly #moves: Move[] = [];

  constructor(exchanges: readonly Exchange[], casting: Casting) {
    for (const { conversation, packet, answers, classified } of exchanges) {
      if (!isControl(conversation.virtual)) continue;
      const { from } = classified;
      const asSaid = (text: string) =>
        usualLength(withNames(text, casting, { address: packet.source, from }), from);
      const asHeard = (text: string) => recastText(text, casting).length;
      this.#note(packet, { conversation, ear: 'said', from }, asSaid);
      for (const answer of answers)
        if (answer.kind !== 'back') this.#note(answer.packet, { conversation, ear: 'heard', from }, asHeard);
    }
  }

  /** Where this is in the scenario, of what `from` says or of what the other end has heard of it. */
  inScenario(conversation: Conversation, ear: Ear, from: From, position: number): number {
    const before = this.#moves.filter(
      (one) =>
        one.conversation === conversation && one.ear === ear && one.from === from && one.end <= position,
    );
    return before.reduce((sum, { grows }) => sum + grows, position);
  }

  #note(
    packet: CapturedPacket,
    whose: Pick<Move, 'conversation' | 'ear' | 'from'>,
    lengthOf: (text: string) => number,
  ): void {
    const text = textIn(packet);
    const isn = whose.conversation.isn[whose.from];
    if (text === undefined || isn === undefined) return;
    const end = ((parseTcpHeader(packet.body)!.seq - isn) | 0) + text.length;
    const grows = lengthOf(text) - text.length;
    // Said again, it moves nothing once more.
    const again = this.#moves.some(
      (one) =>
        one.conversation === whose.conversation &&
        one.ear === whose.ear &&
        one.from === whose.from &&
        one.end === end,
    );
    if (grows !== 0 && !again) this.#moves.push({ ...whose, end, grows });
  }
}
