// Where a bridge stands: when it connects, what happens on the way to both sides being ready, and what when one of them is
// gone. The local side begins anew with each connection to the other broker, since then the core sends again what was not
// acknowledged.

import type { ConnackPacket } from '../codec/packet.js';
import { Attempts, addressText } from './bridge-attempts.js';
import { CONNECTED, NOT_CONNECTED } from './bridge-connect.js';
import { BRIDGE_LIMITS, type BridgeLimits, type BridgeTools } from './bridge-input.js';
import { BridgeInward } from './bridge-inward.js';
import { BridgeLocal } from './bridge-local.js';
import { BridgeOutbox } from './bridge-outbox.js';
import { BridgeOutward } from './bridge-outward.js';
import { BridgeRemote } from './bridge-remote.js';
import { BridgeTopics } from './bridge-topics.js';
import type { BridgeOptions } from './config/configuration.js';

/**
 * off: not started, stopped, or done (once); idle: waits for messages (lazy); waiting: until the next attempt; dialling;
 * greeting: CONNECT is sent; settling: subscriptions are asked for; working: messages go out.
 */
export type BridgeStage = 'off' | 'idle' | 'waiting' | 'dialling' | 'greeting' | 'settling' | 'working';

const SECOND = 1e9;
const UNACCEPTABLE_VERSION = 1;

export class BridgeCourse {
  stage: BridgeStage = 'off';
  readonly out: BridgeOutbox;
  readonly local: BridgeLocal;
  readonly remote: BridgeRemote;
  readonly outward: BridgeOutward;
  readonly inward: BridgeInward;
  readonly isLazy: boolean;
  /** Of waiting: the next attempt; of dialling to settling: when it has taken too long. */
  dueAt = Number.NaN;
  private readonly attempts: Attempts;
  private readonly limits: BridgeLimits;
  /** The local side is there also while the other broker is not: so messages wait for it. */
  private readonly staysOpen: boolean;
  /** Say to the other broker that this is a bridge, until it refuses to know that. */
  private isPrivate: boolean;
  private primaryAt = Number.NaN;
  private hasSeenSession = false;
  /** The other broker has begun anew, and the local side is not there yet to be told. */
  private mustForget = false;

  constructor(
    private readonly options: BridgeOptions,
    tools: BridgeTools,
    limits: Partial<BridgeLimits>,
  ) {
    const { name, protocolVersion: version, tryPrivate, startType, localCleanSession, outgoingRetain } = options;
    this.limits = { ...BRIDGE_LIMITS, ...limits };
    this.out = new BridgeOutbox(name);
    this.attempts = new Attempts(options, () => tools.random());
    const topics = new BridgeTopics(options.topics, this.limits.mappedTopics);
    this.local = new BridgeLocal(options, topics, this.out);
    this.remote = new BridgeRemote(options, topics, this.limits, this.out);
    this.outward = new BridgeOutward({ version, retains: outgoingRetain }, topics, this.limits, this.out);
    this.inward = new BridgeInward(topics, this.limits, options.maxTopicAlias, this.out);
    this.isLazy = startType === 'lazy';
    this.staysOpen = this.isLazy || !localCleanSession;
    this.isPrivate = tryPrivate && version !== '5.0';
  }

  get isConnected(): boolean {
    return this.stage === 'settling' || this.stage === 'working';
  }

  /** Of working: when to look whether all is well. */
  get nextLook(): number {
    let next = this.remote.nextPing;
    if (this.isLazy) next = Math.min(next, this.idleAt);
    return this.attempts.prefersOther ? Math.min(next, this.primaryAt) : next;
  }

  private get idleAt(): number {
    return this.out.lastMessage + this.options.idleTimeout * SECOND;
  }

  start(): void {
    if (this.stage !== 'off') return;
    this.notify(NOT_CONNECTED);
    if (this.staysOpen) this.openLocal();
    if (this.isLazy) this.stage = 'idle';
    else this.attempt();
  }

  private openLocal(): void {
    this.local.open(!this.options.localCleanSession, !this.isLazy);
  }

  private attempt(): void {
    const { address } = this.attempts;
    this.stage = 'dialling';
    this.dueAt = this.out.now + this.limits.connectTimeout * SECOND;
    this.out.event('bridge-connecting', addressText(address));
    this.out.put({ kind: 'dial', address });
  }

  /** After the wait. */
  tryAgain(): void {
    if (this.staysOpen && this.local.stage === 'closed') this.openLocal();
    if (this.isLazy && !this.hasEnough) this.stage = 'idle';
    else this.attempt();
  }

  /** Lazy: when so many messages wait. */
  attemptIfEnough(): void {
    if (this.stage === 'idle' && this.hasEnough) this.attempt();
  }

  private get hasEnough(): boolean {
    return this.outward.waiting >= Math.min(this.options.threshold, this.limits.window);
  }

  opened(): void {
    if (this.stage !== 'dialling') return;
    this.stage = 'greeting';
    this.remote.greet(this.isPrivate);
  }

  /** CONNACK of the other broker. */
  greeted(connack: ConnackPacket): void {
    const code = connack.returnCode ?? connack.reasonCode ?? 0;
    if (code !== 0) {
      // It may not know the bit by which bridges tell what they are: once more without, and at once.
      const again = this.isPrivate && code === UNACCEPTABLE_VERSION;
      if (again) this.isPrivate = false;
      this.lost(`CONNACK 0x${code.toString(16).padStart(2, '0')}`, true, again);
      return;
    }
    this.stage = 'settling';
    if (this.local.stage === 'closed') this.openLocal();
    this.mustForget = !connack.acknowledgeFlags.sessionPresent;
    this.forget();
    this.remote.settle(connack);
    this.settled();
  }

  /** Messages go as soon as all that was asked for has been answered. */
  settled(): void {
    if (this.stage !== 'settling' || !this.remote.isSettled) return;
    this.stage = 'working';
    this.attempts.worked();
    this.out.lastMessage = this.out.now;
    this.primaryAt = this.out.now + this.limits.primaryRetry * SECOND;
    this.out.event('bridge-connected', addressText(this.attempts.address));
    this.notify(CONNECTED);
    this.outward.begin(this.remote.limits!);
    this.local.hold(false);
    this.local.subscribe(true);
  }

  /** CONNACK of the core. */
  welcomed(sessionPresent: boolean): void {
    this.local.stage = 'open';
    if (!sessionPresent) this.inward.renew();
    else if (!this.hasSeenSession) this.inward.inherit();
    this.hasSeenSession = true;
    this.forget();
  }

  private forget(): void {
    if (!this.mustForget || this.local.stage !== 'open') return;
    this.mustForget = false;
    this.inward.forget();
  }

  /** The other broker has sent what it may not. */
  reject(reason: string): void {
    this.remote.reject();
    this.lost(reason, true);
  }

  remoteEnded(how: string): void {
    if (this.stage === 'dialling' || this.stage === 'greeting' || this.isConnected) this.lost(how, false);
  }

  localEnded(how: string): void {
    if (this.local.stage === 'closed') return;
    this.local.stage = 'closed';
    if (this.stage === 'off') return;
    if (this.isConnected) this.remote.part();
    this.lost(`this broker ended the bridge's own connection: ${how}`, true);
  }

  /** `isOpen`: the other broker does not know yet. `again`: at once, and where it was. */
  lost(reason: string, isOpen: boolean, again = false): void {
    const { stage } = this;
    const hadLocal = this.local.stage !== 'closed';
    this.out.event('bridge-lost', reason);
    this.leave(isOpen && stage !== 'waiting' && stage !== 'idle');
    if (this.options.startType === 'once' && !again) {
      this.local.close();
      this.stage = 'off';
      return;
    }
    this.stage = 'waiting';
    if (again) this.dueAt = this.out.now;
    else {
      this.attempts.failed(stage === 'working');
      this.dueAt = this.out.now + this.attempts.nextWait();
    }
    // Not when it was the core that ended it: that waits for the next attempt too.
    if (hadLocal && this.staysOpen && this.local.stage === 'closed') this.openLocal();
  }

  private leave(isOpen: boolean): void {
    if (isOpen) this.out.put({ kind: 'close', side: 'remote' });
    if (!this.isConnected) return;
    if (this.stage === 'working') this.notify(NOT_CONNECTED);
    this.local.close();
    this.outward.reset();
    this.inward.reset();
  }

  /** Of working: keep alive, idle time, the first address. */
  look(): void {
    const { now } = this.out;
    if (!this.remote.keepAlive()) {
      this.lost('PINGREQ was not answered', true);
      return;
    }
    if (this.isLazy && now >= this.idleAt) {
      if (this.outward.isQuiet) {
        this.rest();
        return;
      }
      this.out.lastMessage = now;
    }
    if (this.attempts.prefersOther && now >= this.primaryAt) {
      this.primaryAt = now + this.limits.primaryRetry * SECOND;
      this.out.put({ kind: 'probe', address: this.attempts.first });
    }
  }

  /** Nothing went over the bridge for a while. */
  private rest(): void {
    this.out.event('bridge-lost', 'idle');
    this.remote.part();
    this.leave(true);
    this.stage = 'idle';
    this.openLocal();
  }

  moveToFirst(): void {
    if (this.stage !== 'working' || !this.attempts.prefersOther) return;
    this.out.event('bridge-lost', 'the first address can be reached again');
    this.remote.part();
    this.leave(true);
    this.attempts.preferFirst();
    if (this.staysOpen) this.openLocal();
    this.attempt();
  }

  stop(): void {
    if (this.isConnected) this.remote.part();
    this.leave(this.stage === 'dialling' || this.stage === 'greeting' || this.isConnected);
    this.stage = 'off';
    this.local.close();
  }

  /** Tells this broker's clients. */
  private notify(payload: Uint8Array): void {
    const { notifications, notificationTopic: topic } = this.options;
    if (notifications) this.out.put({ kind: 'publish', topic, payload, qos: 1, retain: true });
  }
}
