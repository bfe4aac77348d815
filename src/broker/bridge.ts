// A bridge: messages of some topics go to another broker, or come from there, or both. Sans-IO as the core: inputs and the
// time go in, outputs come out, `deadline` says when to call again. It is a client on both sides; a message keeps its QoS
// from end to end, since what the one side sends is acknowledged when the other has acknowledged it.

import { decode } from '../codec/frame.js';
import type { ConnackPacket, PublishPacket, ReadPacket } from '../codec/packet.js';
import { PUBACK, PUBCOMP, PUBREC, PUBREL } from './acknowledgement-packets.js';
import { BridgeCourse } from './bridge-course.js';
import type { BridgeInput, BridgeLimits, BridgeOutput, BridgeTools } from './bridge-input.js';
import type { BridgeOptions } from './config/configuration.js';
import { faultOf } from './faults.js';

const CONNACK = 2;
const PUBLISH = 3;
const SUBACK = 9;
const DISCONNECT = 14;

export class Bridge {
  private readonly course: BridgeCourse;

  constructor(
    private readonly options: BridgeOptions,
    tools: BridgeTools,
    limits: Partial<BridgeLimits> = {},
  ) {
    this.course = new BridgeCourse(options, tools, limits);
  }

  /** What to do about an input, in order. `now`: nanoseconds, never less than before. */
  handle(input: BridgeInput, now: number): readonly BridgeOutput[] {
    const { course } = this;
    course.out.now = now;
    switch (input.kind) {
      case 'start':
        course.start();
        break;
      case 'opened':
        course.opened();
        break;
      case 'received':
        if (input.from === 'local') course.local.receive(input.bytes, this.takeLocal);
        else this.receive(input.bytes);
        break;
      case 'closed':
        if (input.side === 'local') course.localEnded(input.how);
        else course.remoteEnded(input.how);
        break;
      case 'congested':
      case 'writable':
        if (course.stage === 'working') course.local.hold(input.kind === 'congested');
        break;
      case 'reachable':
        course.moveToFirst();
        break;
      case 'time':
        this.time();
        break;
      case 'stop':
        course.stop();
    }
    return course.out.take();
  }

  /** When to call with `time` next; undefined: nothing is due. */
  deadline(): number | undefined {
    const { stage, nextLook, dueAt } = this.course;
    if (stage === 'off' || stage === 'idle') return undefined;
    return stage === 'working' ? nextLook : dueAt;
  }

  private time(): void {
    const { course } = this;
    const { stage, dueAt, out } = course;
    if (stage === 'working') course.look();
    else if (stage === 'off' || stage === 'idle' || out.now < dueAt) return;
    else if (stage === 'waiting') course.tryAgain();
    else course.lost('it took too long', true);
  }

  private receive(bytes: Uint8Array): void {
    const { course } = this;
    if (course.stage !== 'greeting' && !course.isConnected) return;
    const fault = course.remote.receive(bytes, this.takeRemote);
    if (fault !== undefined) course.reject(fault);
  }

  /** Whether to go on. */
  private readonly takeRemote = (frame: Uint8Array): boolean => {
    const { course } = this;
    const code = frame[0]! >> 4;
    if (course.stage === 'working' && frame.length === 4 && (code === PUBACK || code === PUBREC || code === PUBCOMP)) {
      course.outward.acknowledged(code, frame[2]! * 256 + frame[3]!, 0);
      return true;
    }
    const { packet, problems } = decode(frame, this.options.protocolVersion);
    const wrong = faultOf(problems);
    if (wrong !== undefined) course.reject(`${packet.type}: ${wrong.reason}`);
    else if ((packet.type === 'CONNACK') !== (course.stage === 'greeting')) {
      course.reject(`${packet.type} at the wrong time`);
    } else this.takePacket(packet, code);
    return course.isConnected;
  };

  private takePacket(packet: ReadPacket, code: number): void {
    const { course } = this;
    switch (packet.type) {
      case 'CONNACK':
        course.greeted(packet as ConnackPacket);
        return;
      case 'PUBLISH': {
        const wrong = course.inward.publish(packet as PublishPacket);
        if (wrong !== undefined) course.reject(wrong);
        return;
      }
      case 'PUBREL':
        course.inward.release(packet.packetId!);
        return;
      case 'SUBACK':
      case 'UNSUBACK':
        course.remote.answered(packet);
        course.settled();
        return;
      case 'PUBACK':
      case 'PUBREC':
      case 'PUBCOMP':
        if (course.stage === 'settling') {
          course.remote.answered(packet);
          course.settled();
        } else course.outward.acknowledged(code, packet.packetId!, packet.reasonCode ?? 0);
        return;
      case 'DISCONNECT':
        course.lost(`the other broker disconnected (0x${(packet.reasonCode ?? 0).toString(16)})`, true);
        return;
      case 'PINGRESP':
        return;
      default:
        course.reject(`${packet.type} of a server`);
    }
  }

  /** Packets of the core, which are right. */
  private readonly takeLocal = (frame: Uint8Array): boolean => {
    const { course } = this;
    const code = frame[0]! >> 4;
    const packetId = frame[2]! * 256 + frame[3]!;
    if (code === PUBLISH) {
      course.outward.publish(frame);
      course.attemptIfEnough();
    } else if (code === PUBREL) course.outward.release(packetId);
    else if (code === PUBACK || code === PUBREC || code === PUBCOMP) {
      if (course.isConnected) course.inward.acknowledged(code, packetId);
    } else if (code === CONNACK) {
      // One that refuses is followed by the end of the connection.
      if (frame[3] === 0) course.welcomed((frame[2]! & 1) === 1);
    } else if (code === SUBACK) course.local.subscribed(frame);
    else if (code === DISCONNECT) course.localEnded(`DISCONNECT 0x${(frame[2] ?? 0).toString(16)}`);
    return course.local.stage !== 'closed';
  };
}
