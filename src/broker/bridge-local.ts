// The side of a bridge that is a client of this broker's core: when it is there, what it subscribes to, and whether the core
// holds messages back for it.

import { decode } from '../codec/frame.js';
import type { ReadPacket } from '../codec/packet.js';
import { localConnect } from './bridge-connect.js';
import { BridgeFrames } from './bridge-frames.js';
import type { BridgeOutbox } from './bridge-outbox.js';
import { BridgeRequests } from './bridge-requests.js';
import type { BridgeTopics } from './bridge-topics.js';
import type { BridgeOptions } from './config/configuration.js';

const DISCONNECT = Uint8Array.of(0xe0, 0x00);
/** What the core writes is bounded by what came in. */
const NO_LIMIT = Number.POSITIVE_INFINITY;

export class BridgeLocal {
  /** Until CONNACK it is opening; messages may be sent to the core already. */
  stage: 'closed' | 'opening' | 'open' = 'closed';
  private frames = new BridgeFrames(NO_LIMIT);
  private requests = new BridgeRequests('5.0');
  private isHeld = false;

  constructor(
    private readonly options: BridgeOptions,
    private readonly topics: BridgeTopics,
    private readonly out: BridgeOutbox,
  ) {}

  open(isKept: boolean, isHeld: boolean): void {
    this.stage = 'opening';
    this.frames = new BridgeFrames(NO_LIMIT);
    this.requests = new BridgeRequests('5.0');
    this.out.put({ kind: 'open' });
    this.isHeld = false;
    this.hold(isHeld);
    this.out.send('local', localConnect(this.options, isKept, this.options.localCleanSession));
    // Without waiting for CONNACK (3.1.4): from now on nothing is missed.
    this.subscribe(false);
  }

  /** The session stays, if it is one that does. */
  close(): void {
    if (this.stage === 'closed') return;
    this.stage = 'closed';
    this.out.send('local', DISCONNECT);
    this.out.put({ kind: 'close', side: 'local' });
  }

  /** Whether messages of QoS 1 and 2 wait in the core, and those of QoS 0 are dropped there. */
  hold(isHeld: boolean): void {
    if (this.isHeld === isHeld || this.stage === 'closed') return;
    this.isHeld = isHeld;
    this.out.put({ kind: isHeld ? 'hold' : 'release' });
  }

  /** `retained`: with the retained messages. Nothing that came over the bridge goes back, and retained messages stay so. */
  subscribe(retained: boolean): void {
    const { local } = this.topics;
    if (local.length === 0 || this.stage === 'closed') return;
    const options = { reserved: 0, retainHandling: retained ? 0 : 2, retainAsPublished: true, noLocal: true };
    const subscriptions = local.map(({ topicFilter, qos }) => ({ topicFilter, options: { ...options, qos } }));
    this.out.send('local', this.requests.ask({ type: 'SUBSCRIBE', properties: [], subscriptions }));
  }

  receive(bytes: Uint8Array, take: (frame: Uint8Array) => boolean): void {
    this.frames.push(bytes, take);
  }

  /** SUBACK. */
  subscribed(frame: Uint8Array): void {
    const packet: ReadPacket = decode(frame, '5.0').packet;
    if (packet.type !== 'SUBACK' || packet.packetId === undefined) return;
    const answer = this.requests.answered(packet.packetId, packet.reasonCodes ?? []);
    if (answer instanceof Uint8Array) this.out.send('local', answer);
    else if (answer !== undefined && answer.refused.length > 0)
      this.out.event('bridge-trouble', `${answer.refused.length} of its subscriptions here were refused`);
  }
}
