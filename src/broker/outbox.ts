// The outputs of one call, in order. Packets are written into lanes: one for messages, one for answers to the client that
// is being served. What follows one another there for the same connection goes out as one `send`. Before anything that
// must come behind it, what is pending is put among the outputs.

import type { Counters } from './counters.js';
import { Lane } from './lane.js';
import type { AuthenticateOutput, BrokerEvent, Output } from './output.js';
import type { StoreOutput } from './records.js';
import type { Link } from './session.js';

const NOTHING: readonly Output[] = Object.freeze([]);

export class Outbox {
  private outputs: Output[] = [];
  private readonly messages = new Lane();
  private messagesTo: Link | undefined = undefined;
  private readonly answers = new Lane();
  private answersTo: Link | undefined = undefined;
  /** Puts a batch that is being gathered among the outputs; set by fan-out.ts. */
  pendingBatch: { flush(): void } | undefined = undefined;

  constructor(private readonly counters: Counters) {}

  /** All outputs since the last time. */
  take(): readonly Output[] {
    this.flush();
    const { outputs } = this;
    if (outputs.length === 0) return NOTHING;
    this.outputs = [];
    return outputs;
  }

  /** A lane with room for a message of `size` bytes to this link. The caller writes at `at` and moves it. */
  message(link: Link, size: number): Lane {
    if (this.pendingBatch !== undefined) this.flushBatch();
    const { messages } = this;
    if (this.messagesTo !== link || messages.room < size) {
      this.flushMessages();
      if (this.answersTo === link) this.flushAnswers();
      if (messages.room < size) messages.renew(size);
      this.messagesTo = link;
    }
    this.counters.packetsSent++;
    this.counters.bytesSent += size;
    return messages;
  }

  /** Likewise for an answer. */
  answer(link: Link, size: number): Lane {
    const { answers } = this;
    if (this.answersTo !== link || answers.room < size) {
      this.flushAnswers();
      if (this.messagesTo === link) this.flushMessages();
      if (answers.room < size) answers.renew(size);
      this.answersTo = link;
    }
    this.counters.packetsSent++;
    this.counters.bytesSent += size;
    return answers;
  }

  /** The message that was written last, with a part that stands elsewhere behind it. */
  tail(link: Link, tail: Uint8Array): void {
    this.counters.bytesSent += tail.length;
    this.messagesTo = undefined;
    this.push(link, this.messages.take(), tail);
  }

  /** Bytes that several links share. */
  shared(link: Link, bytes: Uint8Array, packets: number): void {
    if (this.messagesTo === link) this.flushMessages();
    if (this.answersTo === link) this.flushAnswers();
    this.counters.packetsSent += packets;
    this.counters.bytesSent += bytes.length;
    this.push(link, bytes, undefined);
  }

  /** An answer that was encoded elsewhere. */
  encoded(link: Link, bytes: Uint8Array): void {
    const lane = this.answer(link, bytes.length);
    lane.bytes.set(bytes, lane.at);
    lane.at += bytes.length;
  }

  close(link: Link, how: 'graceful' | 'reset'): void {
    this.flush();
    this.outputs.push({ kind: 'close', connection: link.id, how });
  }

  event(event: BrokerEvent): void {
    this.outputs.push({ kind: 'event', event });
  }

  store(output: StoreOutput): void {
    this.outputs.push(output);
  }

  authenticate(output: AuthenticateOutput): void {
    this.outputs.push(output);
  }

  flush(): void {
    if (this.pendingBatch !== undefined) this.flushBatch();
    this.flushAnswers();
    this.flushMessages();
  }

  flushBatch(): void {
    const batch = this.pendingBatch;
    this.pendingBatch = undefined;
    batch?.flush();
  }

  private flushMessages(): void {
    const link = this.messagesTo;
    if (link === undefined) return;
    this.messagesTo = undefined;
    if (!this.messages.isEmpty) this.push(link, this.messages.take(), undefined);
  }

  private flushAnswers(): void {
    const link = this.answersTo;
    if (link === undefined) return;
    this.answersTo = undefined;
    if (!this.answers.isEmpty) this.push(link, this.answers.take(), undefined);
  }

  private push(link: Link, bytes: Uint8Array, tail: Uint8Array | undefined): void {
    this.outputs.push({ kind: 'send', connection: link.id, bytes, tail });
  }
}
