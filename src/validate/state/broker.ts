// What is known of one server over all its connections: its clients and their sessions, their wills, its messages.
// Bounded; what was let go makes verdicts inconclusive.

import type { JudgeLimits } from '../limits.js';
import type { PacketOf, Seen } from '../seen.js';
import type { Closed } from './closed.js';
import type { DeliveryFact } from './delivery.js';
import type { Half } from './half.js';
import { Link } from './link.js';
import { willOf } from './message.js';
import { Messages } from './messages.js';
import { numberOf } from './number-property.js';
import type { RequestFact } from './requests.js';
import { Senders } from './senders.js';
import { Session } from './session.js';
import { type KnownClient, Sessions } from './sessions.js';
import { Will } from './will.js';
import { WillWatch } from './will-watch.js';
import type { WillFact } from './wills.js';

/** A server that stops closes its connections within this time (ns). */
const STOPPING = 30e9;
const SERVER_SHUTTING_DOWN = 0x8b;
const UNENDED = 'the end of the connection before was not seen';
const TAKEN_OVER = 'the session went on over another connection';

export class Broker {
  readonly messages: Messages;
  readonly sessions: Sessions;
  readonly wills: WillWatch;
  /** Its clients, as those who publish. */
  readonly senders = new Senders();
  /** Connections that are accepted and open. */
  private readonly open = new Set<Link>();
  private lastClosedByServer = Number.NEGATIVE_INFINITY;
  /** Those at other ports of the same host: they may be this server, with the same sessions and messages. */
  private siblings: ReadonlySet<Broker> = new Set();

  constructor(readonly limits: JudgeLimits) {
    this.messages = new Messages(limits, (since) => this.unseen(since));
    this.sessions = new Sessions(limits.sessions);
    this.wills = new WillWatch(this.messages, this.open, this.sessions);
  }

  joins(siblings: Set<Broker>): void {
    siblings.add(this);
    this.siblings = siblings;
  }

  /** Why some client, here or at another port, may have published something since a moment (ns) that was not seen. */
  unseen(since: number): string | undefined {
    const servers = new Set([this, ...this.siblings]);
    return Senders.unseen(
      Array.from(servers, ({ senders }) => senders),
      since,
    );
  }

  get hasSiblings(): boolean {
    return this.siblings.size > 1;
  }

  /** Somebody published to this topic at another port of the same host. */
  hasElsewhere(topic: string): boolean {
    for (const one of this.siblings) if (one !== this && one.messages.logOf(topic) !== undefined) return true;
    return false;
  }

  /** CONNECT. */
  connect(seen: Seen, packet: PacketOf<'CONNECT'>, id: number, client: Half, server: Half): Link {
    const link = new Link(seen, packet, id, client, server);
    const message = willOf(packet, seen);
    if (message !== undefined)
      link.will = new Will(message, link.clientId ?? '', numberOf(packet.will?.properties, 'willDelayInterval') ?? 0);
    if (link.clientId === undefined) this.sessions.hidden(seen.time);
    if (link.clientId === undefined || link.clientId === '') return link;
    for (const one of this.siblings) if (one !== this) one.elsewhere(link.clientId, seen);
    const known = this.use(link.clientId);
    const { asking, link: before } = known;
    if (asking !== undefined && asking.answered === undefined) unanswered(known, asking, seen.time);
    known.asking = link;
    // What the server has closed already is not taken over, though the client has not closed its side.
    if (before !== undefined && before.closed === undefined && before.closing?.()?.by !== 'server') {
      link.takesOver = before;
      before.takenOverBy ??= link;
    }
    return link;
  }

  /** CONNACK. When it accepts: the session that the connection goes on with, or begins. */
  answer(link: Link, seen: Seen, packet: PacketOf<'CONNACK'>): Session | undefined {
    const expected = this.sessions.expected(link, seen.time);
    link.answer(seen, packet);
    const { clientId, takesOver } = link;
    if (link.will !== undefined) link.will.clientId = clientId ?? '';
    if (link.accepted === undefined && takesOver?.takenOverBy === link) takesOver.takenOverBy = undefined;
    if (link.accepted !== undefined && takesOver?.takenOverBy?.accepted === undefined && takesOver !== undefined) {
      takesOver.takenOverBy = link;
    }
    const known = clientId === undefined || clientId === '' ? undefined : this.use(clientId);
    if (known?.asking === link) known.asking = undefined;
    if (link.accepted === undefined) return undefined;
    // 3.1 does not tell whether the session goes on.
    const present =
      link.asked.version === '3.1' ? (expected?.present ?? !link.cleanStart) : packet.acknowledgeFlags?.sessionPresent;
    link.isForeign = present === true && expected?.present === false;
    link.foreignDoubt = expected?.doubt;
    if (present === false && expected?.because === 'open' && expected.doubt === undefined) link.lost = expected.before;
    if (present === false && !link.cleanStart) link.lostFlows = known?.session?.clientFlows;
    const session = this.sessionOf(known, link, present, seen.time, expected?.doubt);
    this.wills.opened(known, link, present === true);
    if (known !== undefined) {
      known.link = link;
      known.session = session;
    }
    link.session = session;
    this.open.add(link);
    return session;
  }

  /** DISCONNECT of the client. */
  leave(link: Link, seen: Seen, packet: PacketOf<'DISCONNECT'>, isClosing: boolean): void {
    link.leave(packet);
    this.wills.left(link, seen, packet, isClosing);
  }

  will(seen: Seen, receiver: number, delivery: DeliveryFact | undefined): WillFact | undefined {
    return this.wills.classify(seen, receiver, delivery);
  }

  apply(
    seen: Seen,
    link: Link | undefined,
    session: Session | undefined,
    request: RequestFact | undefined,
    delivery: DeliveryFact | undefined,
    will: WillFact | undefined,
  ): void {
    if (request !== undefined) session?.subscriptions.apply(seen, request);
    this.wills.apply(seen, link, delivery, will);
    if (!this.hasSiblings || !seen.fromClient || seen.packet.type !== 'PUBLISH') return;
    if (seen.packet.retain !== true || seen.topic === undefined) return;
    for (const one of this.siblings) if (one !== this) one.messages.forgetRetained(seen.topic);
  }

  closed(link: Link | undefined, closed: Closed): void {
    const { time, by } = closed;
    if (link === undefined) {
      this.sessions.hidden(time);
      return;
    }
    link.closed = closed;
    link.closing = undefined;
    link.takesOver = undefined;
    if (link.session?.connection === link.id) link.session.close(closed.began);
    const known = link.clientId === undefined ? undefined : this.sessions.get(link.clientId);
    if (known?.asking === link) {
      known.asking = undefined;
      unanswered(known, link, time);
    }
    if (!this.open.delete(link)) return;
    this.wills.closed(known, link, closed);
    if (by === 'server' && isUnprovoked(link)) this.lastClosedByServer = time;
    if (this.open.size === 0 && time - this.lastClosedByServer < STOPPING) this.sessions.stopped(time);
  }

  /** A client that may be ours connected to another port. */
  private elsewhere(clientId: string, seen: Seen): void {
    const known = this.sessions.get(clientId);
    if (known === undefined) return;
    known.doubtedAt = seen.time;
    known.doubt = `packet #${seen.item.number} (CONNECT) of the same client went to another port of this host`;
    this.wills.elsewhere(known, seen);
  }

  private use(clientId: string): KnownClient {
    const known = this.sessions.use(clientId);
    const gone = this.sessions.overflow();
    if (gone !== undefined) this.wills.forget(gone);
    return known;
  }

  private sessionOf(
    known: KnownClient | undefined,
    link: Link,
    present: boolean | undefined,
    time: number,
    doubt: string | undefined,
  ): Session {
    const { id, client, server } = link;
    const before = known?.session;
    if (
      present === true &&
      before !== undefined &&
      !link.cleanStart &&
      (!link.isForeign || link.foreignDoubt !== undefined)
    ) {
      const { clientFlows, serverFlows, isOpen } = before;
      // An acknowledgement may lie in a hole of the connection before.
      const unseen = doubt ?? before.missing ?? (isOpen ? UNENDED : undefined);
      for (const [flows, old] of [
        [client.flows, clientFlows],
        [server.flows, serverFlows],
      ] as const) {
        if (old === undefined) continue;
        flows.resume(old, time, unseen);
        // What its sides still say about them crosses with the take-over.
        if (isOpen) old.unknown ??= TAKEN_OVER;
      }
      before.open(id, client, server, time, doubt);
      return before;
    }
    const unseen = present === false ? undefined : 'the session is older than what was seen of it';
    const session = new Session(link.clientId ?? '', time, unseen, this.limits.subscriptions);
    session.open(id, client, server, time);
    return session;
  }
}

/** The server had no other reason to end it than that it stopped, as far as seen. */
function isUnprovoked({ client, server, takenOverBy }: Link): boolean {
  if (client.disconnect !== undefined || client.offence !== undefined || takenOverBy !== undefined) return false;
  return server.disconnectReason === undefined || server.disconnectReason === SERVER_SHUTTING_DOWN;
}

/** A CONNECT that was not seen answered may have been obeyed. */
function unanswered(known: KnownClient, link: Link, time: number): void {
  known.doubtedAt = time;
  known.doubt = `no answer was seen to packet #${link.asked.number} (CONNECT) of the same client`;
}
