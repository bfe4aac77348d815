// The outputs of one call of a bridge, in order, and when something last went to the other broker and what went over the
// bridge: keep alive and idle time are counted from there.

import { acknowledgementSize, writeAcknowledgement } from './acknowledgement-packets.js';
import type { BridgeEvent, BridgeOutput, BridgeSide } from './bridge-input.js';

export class BridgeOutbox {
  /** Of the call that is being handled. */
  now = Number.NaN;
  lastSent = Number.NaN;
  /** A message went over the bridge, either way. */
  lastMessage = Number.NaN;
  private outputs: BridgeOutput[] = [];

  constructor(private readonly bridge: string) {}

  take(): readonly BridgeOutput[] {
    const { outputs } = this;
    if (outputs.length > 0) this.outputs = [];
    return outputs;
  }

  put(output: BridgeOutput): void {
    this.outputs.push(output);
  }

  send(to: BridgeSide, bytes: Uint8Array): void {
    if (to === 'remote') this.lastSent = this.now;
    this.outputs.push({ kind: 'send', to, bytes });
  }

  /** PUBACK to PUBCOMP in its shortest form; a Reason Code only where the side knows it. */
  acknowledge(to: BridgeSide, type: number, packetId: number, reasonCode = 0): void {
    const bytes = new Uint8Array(acknowledgementSize(reasonCode));
    writeAcknowledgement(bytes, 0, type, packetId, reasonCode);
    this.send(to, bytes);
  }

  event(name: BridgeEvent['name'], text: string): void {
    const { bridge } = this;
    const event: BridgeEvent =
      name === 'bridge-connecting' || name === 'bridge-connected'
        ? { name, bridge, address: text }
        : { name, bridge, reason: text };
    this.outputs.push({ kind: 'event', event });
  }
}
