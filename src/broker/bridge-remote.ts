// The side of a bridge that is a client of the other broker: what is sent to open and to keep the connection, and what is
// asked there before messages go.

import { encode } from '../codec/frame.js';
import type { ConnackPacket, Packet, ReadPacket } from '../codec/packet.js';
import {
  CONNECTED,
  NOT_CONNECTED,
  notifiesRemote,
  type RemoteLimits,
  remoteConnect,
  remoteLimits,
} from './bridge-connect.js';
import { BridgeFrames } from './bridge-frames.js';
import type { BridgeLimits } from './bridge-input.js';
import type { BridgeOutbox } from './bridge-outbox.js';
import { type BridgeAnswer, BridgeRequests } from './bridge-requests.js';
import type { BridgeTopics } from './bridge-topics.js';
import type { BridgeOptions } from './config/configuration.js';

const SECOND = 1e9;
const PINGREQ = Uint8Array.of(0xc0, 0x00);

export class BridgeRemote {
  limits: RemoteLimits | undefined = undefined;
  private frames = new BridgeFrames(0);
  private requests: BridgeRequests;
  private lastReceived = Number.NaN;
  /** A PINGREQ went, and nothing came since. */
  private pingAt = Number.NaN;

  constructor(
    private readonly options: BridgeOptions,
    private readonly topics: BridgeTopics,
    private readonly bounds: BridgeLimits,
    private readonly out: BridgeOutbox,
  ) {
    this.requests = new BridgeRequests(options.protocolVersion);
  }

  greet(isPrivate: boolean): void {
    this.limits = undefined;
    this.frames = new BridgeFrames(this.bounds.maximumPacketSize);
    this.requests = new BridgeRequests(this.options.protocolVersion);
    this.out.send('remote', remoteConnect(this.options, isPrivate, this.bounds.maximumPacketSize));
  }

  /** Why nothing more can be read; undefined: it can. */
  receive(bytes: Uint8Array, take: (frame: Uint8Array) => boolean): string | undefined {
    this.lastReceived = this.out.now;
    this.pingAt = Number.NaN;
    this.frames.push(bytes, take);
    return this.frames.fault;
  }

  /** CONNACK with 0: asks for what the configuration says. */
  settle(connack: ConnackPacket): void {
    const { options, topics } = this;
    const { protocolVersion: version } = options;
    this.limits = remoteLimits(connack, options);
    // One that comes back from a bridge would go round in a circle; a retained one is to stay so (5.0: 3.8.3.1).
    const only5 = version === '5.0' ? { retainHandling: 0, retainAsPublished: true, noLocal: true } : {};
    for (const { topicFilter, qos } of topics.remote) {
      const noLocal = topicFilter.startsWith('$share/') ? { noLocal: false } : {};
      const subscription = {
        topicFilter,
        options: { reserved: 0, ...only5, ...(version === '5.0' ? noLocal : {}), qos },
      };
      this.ask({ type: 'SUBSCRIBE', properties: [], subscriptions: [subscription] });
    }
    if (options.attemptUnsubscribe) {
      for (const topicFilter of topics.notRemote)
        this.ask({ type: 'UNSUBSCRIBE', properties: [], topicFilters: [topicFilter] });
    }
    if (notifiesRemote(options)) this.notify();
  }

  private ask(request: Parameters<BridgeRequests['ask']>[0]): void {
    this.out.send('remote', this.requests.ask(request));
  }

  private notify(): void {
    const { maximumQos, retainAvailable } = this.limits!;
    const { notificationTopic: topic, protocolVersion } = this.options;
    const qos = Math.min(maximumQos, 1);
    const message = { type: 'PUBLISH', dup: false, qos, retain: retainAvailable, topic, properties: [] } as const;
    const whole = { ...message, payload: CONNECTED };
    if (qos === 1) this.ask(whole);
    else this.out.send('remote', encode(whole, protocolVersion));
  }

  get isSettled(): boolean {
    return this.requests.isDone;
  }

  /** SUBACK, UNSUBACK, or PUBACK of the notification. */
  answered(packet: ReadPacket): void {
    if (packet.type !== 'SUBACK' && packet.type !== 'UNSUBACK' && packet.type !== 'PUBACK') return;
    const answer = this.requests.answered(packet.packetId ?? 0, codesOf(packet));
    if (answer instanceof Uint8Array) this.out.send('remote', answer);
    else if (answer !== undefined && answer.refused.length > 0 && answer.request.type !== 'UNSUBSCRIBE')
      this.out.event('bridge-trouble', refusalText(answer));
  }

  /** When PINGREQ is due, or its answer overdue. The other broker may have asked for another Keep Alive. */
  get nextPing(): number {
    const interval = SECOND * (this.limits?.keepAlive || this.options.keepalive);
    if (!Number.isNaN(this.pingAt)) return this.pingAt + interval;
    return Math.min(this.out.lastSent, this.lastReceived) + interval;
  }

  /** False: the answer is overdue. */
  keepAlive(): boolean {
    if (this.out.now < this.nextPing) return true;
    if (!Number.isNaN(this.pingAt)) return false;
    this.pingAt = this.out.now;
    this.out.send('remote', PINGREQ);
    return true;
  }

  /** Tells the other broker of a parting that is meant; its will is not published then, so it is said here. */
  part(): void {
    const { options, limits } = this;
    const { protocolVersion: version, notificationTopic: topic } = options;
    if (limits !== undefined && notifiesRemote(options)) {
      const message = { type: 'PUBLISH', dup: false, qos: 0, retain: limits.retainAvailable, topic } as const;
      this.out.send('remote', encode({ ...message, properties: [], payload: NOT_CONNECTED }, version));
    }
    this.out.send('remote', encode({ type: 'DISCONNECT' }, version));
  }

  /** It has done what it may not (5.0: 4.13). */
  reject(): void {
    if (this.options.protocolVersion !== '5.0') return;
    const packet: Packet = { type: 'DISCONNECT', reasonCode: PROTOCOL_ERROR };
    this.out.send('remote', encode(packet, '5.0'));
  }
}

const PROTOCOL_ERROR = 0x82;

function codesOf(packet: ReadPacket): readonly number[] {
  if (packet.type === 'SUBACK') return packet.reasonCodes ?? packet.returnCodes ?? [];
  if (packet.type === 'UNSUBACK') return packet.reasonCodes ?? [];
  return packet.type !== 'PUBACK' || packet.reasonCode === undefined ? [] : [packet.reasonCode];
}

function refusalText({ request, refused }: BridgeAnswer): string {
  const what =
    request.type === 'SUBSCRIBE' ? `the subscription to ${request.subscriptions[0]!.topicFilter}` : 'the notification';
  return `${what} was refused with 0x${refused[0]!.toString(16)}`;
}
