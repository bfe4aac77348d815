// Packets become items: decoded, with the topic that an alias stands for, numbered over the whole run.

import { type Decoded, decode } from '../codec/frame.js';
import type { FramedPacket } from '../codec/framed.js';
import type { Version } from '../spec/versions.js';
import { Glanced, type TakesGlanced } from './glanced.js';
import type { ConnectionInfo, EventItem, Item, PacketItem } from './item.js';
import { NO_ITEMS, type Outcome, type Sender } from './outcome.js';

export class Items implements Outcome {
  readonly locates = true;
  private items: Item[] = NO_ITEMS;
  private number = 0;
  private readonly glanced = new Glanced();

  /** `glance` is asked about each usual packet; what it takes (true) yields no item. */
  constructor(private readonly glance?: TakesGlanced) {}

  packet(sender: Sender, version: Version, framed: FramedPacket, read: Decoded | undefined): number {
    if (read === undefined && this.takes(sender, version, framed)) return 0;
    const decoded = read ?? decode(framed.bytes, version);
    this.add(packetItem(++this.number, sender, framed, decoded));
    return decoded.problems.length;
  }

  /** Items that wait come first. */
  private takes({ connection, direction }: Sender, version: Version, framed: FramedPacket): boolean {
    const { glance, glanced } = this;
    if (glance === undefined || this.items !== NO_ITEMS || !glanced.read(framed, version)) return false;
    glanced.connection = connection;
    glanced.number = this.number + 1;
    glanced.fromClient = direction === 'client-to-server';
    if (!glance(glanced)) return false;
    this.number++;
    return true;
  }

  event(item: EventItem): void {
    this.add(item);
  }

  /** Items refer to the connection itself. */
  changed(): void {}

  allChanged(): void {}

  take(): readonly Item[] {
    const { items } = this;
    if (items !== NO_ITEMS) this.items = NO_ITEMS;
    return items;
  }

  /** An empty array has room for many as soon as one is added; most captured packets yield one. */
  private add(item: Item): void {
    if (this.items === NO_ITEMS) this.items = [item];
    else this.items.push(item);
  }
}

export function packetItem<C extends ConnectionInfo>(
  number: number,
  { connection, direction, aliases }: Sender<C>,
  { bytes, length, time, origins, offset = -1, pieces }: FramedPacket,
  { packet, problems, version }: Decoded,
): PacketItem {
  const frame = { version, direction, bytes, length, packet, problems, time, origins, offset, pieces };
  const aliasTopic = version === '5.0' ? aliases.resolve(packet) : undefined;
  return aliasTopic === undefined
    ? { kind: 'packet', number, connection, frame }
    : { kind: 'packet', number, connection, frame, aliasTopic };
}
