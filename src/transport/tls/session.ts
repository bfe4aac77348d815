// What the records of both directions mean, one at a time: handshakes, changes of keys, alerts, data. A record that
// cannot be dealt with before something else is known answers false and is to be given again.

import type { GapReason, Side } from '../../bytes/chunk.js';
import type { Delivery } from '../transport.js';
import { describeHandshake, describeNeed } from './describe.js';
import { Half } from './half.js';
import type { Message } from './handshake-reader.js';
import { RECORD_HEADER } from './judge.js';
import { openerFor, rememberTicket } from './master.js';
import { alertName, CLOSE_NOTIFY, MESSAGE, RECORD, TLS_1_3 } from './names.js';
import { Negotiation } from './negotiation.js';
import type { TlsOptions } from './options.js';
import { Protection12, Protection13, type StageName } from './protection.js';
import type { Entry, LostRecords, Seen, TlsRecord } from './records.js';
import { type TlsSecrets, whenNew } from './secrets.js';

type Details = Readonly<Record<string, string | number | boolean>>;

export class Session {
  readonly halves: readonly [Half, Half];
  out: Delivery[] = [];
  /** Grows with what the handshakes tell. */
  changes = 0;
  negotiation: Negotiation | undefined = undefined;
  #saidNeed = false;
  /** Something was, in either direction. */
  delivered = false;

  /** Of everything that a record may wait for. */
  get stamp(): number {
    return this.changes + this.secrets.revision;
  }

  constructor(
    private readonly secrets: TlsSecrets,
    private readonly options: TlsOptions,
  ) {
    this.halves = [new Half(0, options, secrets), new Half(1, options, secrets)];
  }

  /** False: not yet. */
  take(half: Half, entry: Entry): boolean {
    if (entry.kind === 'lost') {
      this.#lost(half, entry);
      return true;
    }
    const body = entry.bytes.subarray(RECORD_HEADER);
    if (half.protection !== undefined && half.protection13 === undefined) return this.#sealed(half, entry);
    if (entry.type === RECORD.data) return this.#data(half, entry);
    if (entry.type === RECORD.handshake) this.#handshake(half, body, entry, false);
    else if (entry.type === RECORD.alert) this.#alert(half, body, entry);
    else if (entry.type === RECORD.changeCipherSpec) return this.#changeCipherSpec(half, entry);
    return true;
  }

  // --- records ---------------------------------------------------------------------------------------------------------

  #lost(half: Half, lost: LostRecords): void {
    half.handshake.lost();
    half.hasLost = true;
    if (lost.nonsenseAt !== undefined && half.lostSyncs++ < this.options.maxBadRecordNotices) {
      const message = `no TLS record begins at offset ${lost.nonsenseAt}: looking for the next one`;
      this.notice(half.side, 'lost-sync', message, lost, { offset: lost.nonsenseAt });
    }
    const { protection } = half;
    protection?.lost(lost.count);
    if (protection === undefined) half.owedGap = lost.count === undefined ? lost.reason : half.owedGap;
    else if (lost.count === undefined || lost.type === RECORD.data)
      this.#gap(half, lost, half.innerLength(lost.length));
  }

  /** Application data by its type: in TLS 1.3 whatever is encrypted. */
  #data(half: Half, record: TlsRecord): boolean {
    const negotiation = this.negotiation;
    if (negotiation?.version === undefined) {
      // Its handshake is on the way, or nobody saw it.
      if (negotiation?.client !== undefined) return false;
      this.unread(half, record);
      return true;
    }
    if (negotiation.version === TLS_1_3) this.#protect13(half, negotiation);
    // ChangeCipherSpec must have been among what was lost.
    else this.#protect12(half, negotiation, true);
    return this.#sealed(half, record);
  }

  #protect12(half: Half, negotiation: Negotiation, unsure: boolean): void {
    const find = whenNew(this, () => openerFor(negotiation, half.side, this.secrets));
    half.protection = new Protection12(find, this.options.maxSequenceSearch);
    half.handshake.lost();
    if (unsure) half.protection.lost(undefined);
  }

  #protect13(half: Half, negotiation: Negotiation): void {
    if (half.protection13 !== undefined || negotiation.suite === undefined) return;
    const early = half.side === negotiation.clientSide && negotiation.client?.earlyData === true;
    const stages: readonly StageName[] = early ? ['early', 'handshake', 'application'] : ['handshake', 'application'];
    const { keyLog } = this.secrets;
    const secrets = stages.map((name) => {
      const label = negotiation.label(half.side, name);
      // ClientHello may come later, where the capture has the directions in disorder.
      const find = () => negotiation.client && keyLog.lookup(label, negotiation.client.random);
      return { name, find: whenNew(this, find) };
    });
    half.protection13 = new Protection13(negotiation.suite, secrets, this.options.maxSequenceSearch);
    half.protection = half.protection13;
    if (half.owedGap !== undefined) half.protection.lost(undefined);
  }

  #changeCipherSpec(half: Half, record: Seen): boolean {
    const negotiation = this.negotiation;
    if (negotiation === undefined) return true;
    if (negotiation.version === undefined) return negotiation.client === undefined;
    // TLS 1.3: for middleboxes only (RFC 8446, D.4).
    if (negotiation.version === TLS_1_3) return true;
    // Where the capture has the server's before the client's, the rest is on the way.
    if (!negotiation.awaitsKeyExchange) this.announce(record);
    this.#protect12(half, negotiation, false);
    this.changes++;
    return true;
  }

  // --- encrypted records -----------------------------------------------------------------------------------------------

  #sealed(half: Half, record: TlsRecord): boolean {
    const { protection } = half;
    if (protection === undefined) {
      // TLS 1.3 with a suite that is not in the table.
      this.unread(half, record);
      return true;
    }
    if (this.#awaitsVerdict(half)) return false;
    const opened = protection.open(record.bytes);
    if (opened === 'no-key') return false;
    if (opened === 'skipped') half.unread(record);
    else if (opened === 'bad') this.#bad(half, record);
    else {
      half.badInARow = 0;
      this.#content(half, record, opened.type, opened.bytes);
    }
    return true;
  }

  /** What comes next on the wire, not a secret, is what records of this direction wait for. */
  awaitsMore(half: Half): boolean {
    const negotiation = this.negotiation;
    return negotiation?.version === undefined || negotiation.awaitsKeyExchange || this.#awaitsVerdict(half);
  }

  /** Early data is not handed on before it is known whether the server took it, where that can come to be known. */
  #awaitsVerdict(half: Half): boolean {
    const negotiation = this.negotiation;
    if (half.protection13?.stage !== 'early' || negotiation?.earlyData !== undefined) return false;
    const server = half.side === 0 ? 1 : 0;
    const random = negotiation?.client?.random;
    const label = negotiation?.label(server, 'handshake');
    return random !== undefined && label !== undefined && this.secrets.keyLog.lookup(label, random) !== undefined;
  }

  #content(half: Half, record: TlsRecord, type: number, bytes: Uint8Array): void {
    if (type === RECORD.handshake) this.#handshake(half, bytes, record, true);
    else if (type === RECORD.alert) this.#alert(half, bytes, record);
    else if (type === RECORD.changeCipherSpec) this.#changeCipherSpec(half, record);
    else if (type === RECORD.data && bytes.length > 0) this.#deliver(half, record, bytes);
  }

  #deliver(half: Half, { time, origin }: Seen, bytes: Uint8Array): void {
    this.announce({ time, origin });
    if (half.protection13?.stage === 'early' && this.negotiation?.earlyData === 'rejected') {
      half.rejectedBytes += bytes.length;
      return;
    }
    if (half.owedGap !== undefined) this.#gap(half, { time, origin, reason: half.owedGap });
    // What is missing from here on is so between this and what comes next.
    for (const each of this.halves) each.inGap = false;
    // What the client begins with tells more than that there is no answer to it.
    const isOpening = !this.delivered && half.side === this.negotiation?.clientSide;
    this.delivered = true;
    if (!isOpening) this.tellOwed({ time, origin });
    this.out.push({ side: half.side, chunk: { kind: 'data', bytes, time, origin } });
    if (isOpening) this.tellOwed({ time, origin });
  }

  /** Data was left out, which is told as soon as anything is delivered: else what comes seems to be all there was. */
  owe(half: Half, reason: GapReason, { time, origin }: Seen): void {
    half.owedGap ??= reason;
    this.tellOwed({ time, origin });
  }

  tellOwed({ time, origin }: Seen): void {
    if (!this.delivered) return;
    for (const half of this.halves) {
      if (half.owedGap === 'undecrypted') this.#gap(half, { time, origin, reason: half.owedGap });
    }
  }

  #gap(half: Half, { time, origin, reason }: Pick<LostRecords, keyof Seen | 'reason'>, length?: number): void {
    half.owedGap = undefined;
    if (half.inGap) return;
    half.inGap = length === undefined;
    const chunk = { kind: 'gap', time, origin, reason, ...(length !== undefined && { length }) } as const;
    this.out.push({ side: half.side, chunk });
  }

  #bad(half: Half, record: TlsRecord): void {
    half.unread(record);
    half.badRecords++;
    half.badInARow++;
    const length = record.bytes.length - RECORD_HEADER;
    if (half.badRecords <= this.options.maxBadRecordNotices) {
      const { number, offset } = record;
      const message = `record ${number} at offset ${offset} fails authentication: ${length} bytes stay encrypted`;
      this.notice(half.side, 'bad-record', message, record, { record: number, offset }, length);
    }
    const { time, origin, type } = record;
    if (type !== RECORD.data) return;
    // A long run of them is one gap, whose length nobody needs.
    const inner = half.badInARow > this.options.maxBadRecordNotices ? undefined : half.innerLength(length);
    this.#gap(half, { time, origin, reason: 'undecrypted' }, inner);
  }

  // --- messages --------------------------------------------------------------------------------------------------------

  #handshake(half: Half, bytes: Uint8Array, seen: Seen, sealed: boolean): void {
    for (const message of half.handshake.push(bytes)) this.#message(half, message, seen, sealed);
  }

  #message(half: Half, message: Message, seen: Seen, sealed: boolean): void {
    this.changes++;
    const { maxHandshakeBytes } = this.options;
    if (this.negotiation === undefined || this.negotiation.isNext(message)) {
      this.negotiation = new Negotiation(maxHandshakeBytes, this.negotiation !== undefined);
    }
    const negotiation = this.negotiation;
    negotiation.message(half.side, message);
    if (message.type === MESSAGE.newSessionTicket) rememberTicket(negotiation, this.secrets);
    const { protection13 } = half;
    if (!sealed || protection13 === undefined) return;
    if (message.type === MESSAGE.endOfEarlyData) protection13.next();
    else if (message.type === MESSAGE.keyUpdate) protection13.update();
    else if (message.type === MESSAGE.finished) this.#finished(half, protection13, seen);
  }

  #finished(half: Half, protection: Protection13, seen: Seen): void {
    if (half.side !== this.negotiation?.clientSide) this.announce(seen);
    else this.#sayRejected(half, seen);
    while (protection.stage === 'early') protection.next();
    if (protection.stage === 'handshake') protection.next();
  }

  #sayRejected(half: Half, seen: Seen): void {
    const { rejectedBytes: length } = half;
    if (length === 0) return;
    half.rejectedBytes = 0;
    const message = `${length} bytes of early data, which the server did not take, are left out`;
    this.notice(half.side, 'early-data-rejected', message, seen, {}, length);
  }

  #alert(half: Half, bytes: Uint8Array, seen: Seen): void {
    const [level, description] = bytes;
    if (bytes.length !== 2 || description === undefined || description === CLOSE_NOTIFY) return;
    const name = alertName(description);
    const severity = level === 2 ? 'fatal' : 'warning';
    this.announce(seen);
    this.notice(half.side, 'alert', `TLS alert, ${severity}: ${name}`, seen, { level: severity, description: name });
  }

  // --- notices ---------------------------------------------------------------------------------------------------------

  notice(side: Side | undefined, code: string, message: string, seen: Seen, details: Details, length?: number): void {
    const { time, origin } = seen;
    const base = { layer: 'tls', code, message, time, origin, details } as const;
    this.out.push({ side, notice: length === undefined ? base : { ...base, length } });
  }

  /** What the handshake agreed on, once: when all of it is known, or something else is to be said. */
  announce(seen: Seen): void {
    const negotiation = this.negotiation;
    if (negotiation === undefined || negotiation.announced) return;
    if (negotiation.client === undefined && negotiation.server === undefined) return;
    negotiation.announced = true;
    const { message, details } = describeHandshake(negotiation);
    this.notice(undefined, 'handshake', message, seen, details);
  }

  /** A record stays encrypted for want of a secret. */
  unread(half: Half, entry: Entry): void {
    if (entry.kind === 'lost') return;
    half.unread(entry);
    if (this.#saidNeed) return;
    this.#saidNeed = true;
    this.announce(entry);
    const { message, details } = describeNeed(this.negotiation);
    this.notice(undefined, 'no-secrets', message, entry, details);
  }
}
