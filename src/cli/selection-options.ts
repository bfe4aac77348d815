// The options that select what is shown, the checks of their values, and the count of what they let through. They hide
// items, they never change what is read, numbered or counted; only --limit ends the reading.

import { type Command, InvalidArgumentError } from 'commander';
import { nearest } from '../bytes/nearest.js';
import type { EventName, Item, Summary } from '../dissect/item.js';
import { type Moment, parseMoment } from '../dissect/moment.js';
import { createSelection, EVENT_NAMES, type ItemType, PACKET_NAMES, type Selection } from '../dissect/selection.js';
import { type AddressRange, parseAddressRange } from '../net/address-range.js';
import { cut, displayWidth, escapeText } from '../report/terminal.js';
import { checkTopicFilter, type TopicFilter } from '../spec/topic-filter.js';
import type { Finding } from '../validate/finding.js';
import { integer, list } from './options.js';

export interface SelectionFlags {
  readonly client?: readonly string[];
  readonly topic?: readonly TopicFilter[];
  readonly type?: readonly ItemType[];
  readonly host?: readonly AddressRange[];
  readonly port?: readonly number[];
  readonly connection?: readonly (readonly [number, number])[];
  readonly since?: Moment;
  readonly until?: Moment;
  readonly limit?: number;
}

export const SELECTION_HELP = `
Selection (--client to --limit, --port): what is shown, not what is read; numbers and the summary are of the whole capture.
  Several values of an option are alternatives, several options must all agree.
  --client   a client identifier is known from CONNECT (or the CONNACK that assigns it) on
  --topic    PUBLISH (also by alias), wills, SUBSCRIBE and UNSUBSCRIBE whose filters may get such topics, and what
             acknowledges these; filters as in MQTT: + # $share/…, and # is not for topics that begin with $
  --type     packet types, and names of events, or "events" for all of these:
             ${EVENT_NAMES.join(' ')}
  events     belong to their connection; with --type or --topic those that --type names
  times      12.5 (seconds after the first packet), 14:30:00 (UTC, on the day of the first packet), 2024-05-01T14:30:00Z;
             both ends are included`;

/** `--port` is not among them: it also says what is MQTT. */
export function addSelectionOptions(
  command: Command,
  limitMeans = 'stop reading after so many packets and events shown',
): Command {
  return command
    .option('--client <id>', 'show connections of this client identifier, * for any characters; may be repeated', list)
    .option('--topic <filter>', 'show what concerns these topics (a/+/#); may be repeated', each(readFilter))
    .option('--type <types>', 'show packets of these types, with commas; may be repeated', readTypes)
    .option('--host <address>', 'show connections of an address or network (10.0.0.0/8)', each(readHost))
    .option('--connection <numbers>', 'show connections by number (0,3-5), as JSON gives it', readConnections)
    .option('--since <time>', 'show from this time on', readMoment)
    .option('--until <time>', 'show up to this time', readMoment)
    .option('--limit <n>', limitMeans, integer(1));
}

/** Packets of which it is known whether they were selected: so many of the last. */
const REMEMBERED = 1 << 20;
const MOST_CONNECTIONS = 65_536;

/** Lets items through, counts them, and says when there have been enough. */
export class Sieve {
  private readonly selection: Selection | undefined;
  private readonly limit: number;
  private shown = 0;
  private packets = 0;
  /** A bit a packet, used again. */
  private readonly selected: Uint8Array;
  private last = 0;
  private readonly connections = new Set<number>();

  constructor(flags: SelectionFlags) {
    const { client: clients, topic: topics, type: types, host: hosts, port: ports, connection: connections } = flags;
    const { since, until, limit = Number.POSITIVE_INFINITY } = flags;
    const given = Object.entries({ clients, topics, types, hosts, ports, connections, since, until });
    const options = Object.fromEntries(given.filter(([, value]) => value !== undefined));
    this.selection = Object.keys(options).length > 0 ? createSelection(options) : undefined;
    this.selected = new Uint8Array(this.selection === undefined ? 0 : REMEMBERED >> 3);
    this.limit = limit;
  }

  source(epoch: bigint | undefined): void {
    this.selection?.source(epoch);
  }

  admits(item: Item): boolean {
    const selected = this.selects(item);
    if (this.isFull || !selected) return false;
    this.shown++;
    if (item.kind === 'packet') this.packets++;
    return true;
  }

  /** Whether the selection has it, whatever the limit; to be asked of every item once, in order. */
  selects(item: Item): boolean {
    if (this.selection === undefined) return true;
    const selected = this.selection.has(item);
    if (selected && this.connections.size < MOST_CONNECTIONS) this.connections.add(item.connection.id);
    if (item.kind === 'packet') this.remember(item.number, selected);
    return selected;
  }

  /** A finding is selected with its packet; of a packet long ago it is taken that it was. */
  selectsFinding({ frame, connection }: Finding): boolean {
    if (this.selection === undefined) return true;
    const { number, type, time, captureFrames: origins } = frame;
    if (number > 0) {
      const slot = number % REMEMBERED;
      return number <= this.last - REMEMBERED || ((this.selected[slot >> 3]! >> (slot & 7)) & 1) === 1;
    }
    const event = type === 'close' ? 'connection-closed' : (type as EventName);
    return this.selection.has({ kind: 'event', event, connection, time, origins, message: '' });
  }

  /** Whether something of the connection was selected. */
  hasConnection(id: number): boolean {
    return this.selection === undefined || this.connections.has(id);
  }

  private remember(number: number, selected: boolean): void {
    const slot = number % REMEMBERED;
    const bit = 1 << (slot & 7);
    if (selected) this.selected[slot >> 3]! |= bit;
    else this.selected[slot >> 3]! &= ~bit;
    this.last = number;
  }

  /** Everything is selected. */
  get isWhole(): boolean {
    return this.selection === undefined;
  }

  /** Nothing is held back, so nothing needs to be looked at. */
  get isOpen(): boolean {
    return this.selection === undefined && !this.hasLimit;
  }

  get hasLimit(): boolean {
    return this.limit < Number.POSITIVE_INFINITY;
  }

  /** The limit is reached. */
  get isFull(): boolean {
    return this.shown >= this.limit;
  }

  counted(summary: Summary): Summary {
    const { packets, limit, isFull } = this;
    if (this.selection === undefined && !isFull) return summary;
    return { ...summary, selected: isFull ? { packets, limit } : { packets } };
  }
}

function each<T>(read: (text: string) => T): (text: string, before?: readonly T[]) => readonly T[] {
  return (text, before = []) => [...before, read(text)];
}

function readFilter(text: string): TopicFilter {
  const checked = checkTopicFilter(text);
  if (checked.ok) return checked.filter;
  const before = escapeText(text.slice(0, checked.at));
  const shown = cut(escapeText(text), Math.max(60, displayWidth(before) + 1));
  throw new InvalidArgumentError(`${checked.message}\n  ${shown}\n  ${' '.repeat(displayWidth(before))}^`);
}

function readTypes(text: string, before: readonly ItemType[] = []): readonly ItemType[] {
  return [...before, ...text.split(',').flatMap((name) => readType(name.trim()))];
}

function readType(name: string): readonly ItemType[] {
  if (/^events?$/i.test(name)) return EVENT_NAMES;
  const known: readonly ItemType[] = [...PACKET_NAMES, ...EVENT_NAMES];
  const found = known.find((one) => one.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return [found];
  const near = nearest(name, known);
  const hint = near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `It can be ${known.join(', ')}, events.`;
  throw new InvalidArgumentError(`There is no type ${JSON.stringify(name)}. ${hint}`);
}

function readHost(text: string): AddressRange {
  const range = parseAddressRange(text);
  if (range !== undefined) return range;
  throw new InvalidArgumentError('It must be an IPv4 or IPv6 address, or a network as 10.0.0.0/8; ports go to --port.');
}

function readConnections(
  text: string,
  before: readonly (readonly [number, number])[] = [],
): readonly (readonly [number, number])[] {
  const ranges = text.split(',').map((part): readonly [number, number] => {
    const [, from, to = from] = /^\s*(\d{1,15})(?:-(\d{1,15}))?\s*$/.exec(part) ?? [];
    if (from === undefined || Number(to) < Number(from)) {
      throw new InvalidArgumentError('It must be numbers and ranges of them, as 0,3-5.');
    }
    return [Number(from), Number(to)];
  });
  return [...before, ...ranges];
}

function readMoment(text: string): Moment {
  const moment = parseMoment(text);
  if (moment !== undefined) return moment;
  throw new InvalidArgumentError(
    'It must be seconds after the first packet (12.5), a time (14:30:00) or a date and time (2024-05-01T14:30:00Z).',
  );
}
