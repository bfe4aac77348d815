// Which items are shown. It only looks: everything is tracked, numbered and counted as if nothing were left out.
// Values of one kind are alternatives, kinds must all agree. An event belongs to its connection; it has no topic, so
// where topics are selected it is shown only when its name is among the types.

import type { ReadPacket } from '../codec/packet.js';
import { type AddressRange, inRange, parseAddress } from '../net/address-range.js';
import { PACKET_TYPES } from '../spec/packets.js';
import type { TopicFilter } from '../spec/topic-filter.js';
import type { ConnectionInfo, EventName, Item } from './item.js';
import { type Moment, momentAfter } from './moment.js';
import { TopicFlow } from './topic-flow.js';

export type ItemType = ReadPacket['type'] | EventName;

const EVENTS: Readonly<Record<EventName, true>> = {
  'mid-stream': true,
  'connection-closed': true,
  gap: true,
  'lost-sync': true,
  incomplete: true,
  'overlap-conflict': true,
  tls: true,
  websocket: true,
  'proxy-protocol': true,
};

export const EVENT_NAMES = Object.keys(EVENTS) as readonly EventName[];
export const PACKET_NAMES: readonly ReadPacket['type'][] = [...PACKET_TYPES.map(({ type }) => type), 'RESERVED'];

export interface SelectionOptions {
  /** Client identifiers; `*` stands for any characters. One that is not known (yet) matches nothing. */
  readonly clients?: readonly string[];
  readonly topics?: readonly TopicFilter[];
  readonly types?: readonly ItemType[];
  /** Of the client or the server. */
  readonly hosts?: readonly AddressRange[];
  readonly ports?: readonly number[];
  readonly connections?: readonly (readonly [first: number, last: number])[];
  /** Both inclusive. */
  readonly since?: Moment;
  readonly until?: Moment;
}

export interface Selection {
  /** What the times of the items that follow count from. */
  source(epoch: bigint | undefined): void;
  /** To be asked of every item once, in order. */
  has(item: Item): boolean;
}

/** What was found out about a connection, for what was known of it then. */
interface Judged {
  readonly client: string;
  readonly clientId: string | undefined;
  readonly selected: boolean;
}

export function createSelection(options: SelectionOptions): Selection {
  const { types, topics, since, until } = options;
  const flow = topics === undefined ? undefined : new TopicFlow(topics);
  const known = new Set<ItemType>(types);
  const judged = new WeakMap<ConnectionInfo, Judged>();
  let [first, last] = bounds(since, until, undefined);

  const connectionSelected = (connection: ConnectionInfo): boolean => {
    const { client, clientId } = connection;
    let before = judged.get(connection);
    if (before === undefined || before.client !== client || before.clientId !== clientId) {
      before = { client, clientId, selected: selectsConnection(options, connection) };
      judged.set(connection, before);
    }
    return before.selected;
  };
  return {
    source(epoch) {
      [first, last] = bounds(since, until, epoch);
    },
    has(item) {
      const isPacket = item.kind === 'packet';
      // Asked first: what a packet begins is remembered even where the packet is not shown.
      const onTopic = isPacket ? flow === undefined || flow.has(item) : flow === undefined || types !== undefined;
      if (!onTopic) return false;
      if (types !== undefined && !known.has(isPacket ? item.frame.packet.type : item.event)) return false;
      const time = micros(isPacket ? item.frame.time : item.time);
      if ((since !== undefined && !(time >= first)) || (until !== undefined && !(time <= last))) return false;
      return connectionSelected(item.connection);
    },
  };
}

function bounds(since: Moment | undefined, until: Moment | undefined, epoch: bigint | undefined): [number, number] {
  const at = (moment: Moment | undefined) => (moment === undefined ? Number.NaN : micros(momentAfter(moment, epoch)));
  return [at(since), at(until)];
}

/** Times are compared as they are printed, so that a printed one selects its packet. */
function micros(nanos: number): number {
  return Math.floor(nanos / 1000);
}

function selectsConnection(options: SelectionOptions, connection: ConnectionInfo): boolean {
  const { clients, hosts, ports, connections } = options;
  const { id, client, server, clientId } = connection;
  if (connections !== undefined && !connections.some(([from, to]) => id >= from && id <= to)) return false;
  if (clients !== undefined && !clients.some((pattern) => clientId !== undefined && matchesText(pattern, clientId))) {
    return false;
  }
  if (hosts === undefined && ports === undefined) return true;
  const ends = [endpoint(client), endpoint(server)];
  const hostFits = (range: AddressRange) =>
    ends.some(({ address }) => address !== undefined && inRange(range, address));
  if (hosts !== undefined && !hosts.some(hostFits)) return false;
  return ports === undefined || ends.some(({ port }) => ports.includes(port));
}

/** "10.0.0.2:1883", "[::1]:1883"; a PROXY header may give a client that has no address. */
function endpoint(text: string): { readonly address: Uint8Array | undefined; readonly port: number } {
  const colon = text.lastIndexOf(':');
  return { address: parseAddress(text.slice(0, colon)), port: Number(text.slice(colon + 1)) };
}

/** Takes each part between stars at its first place, which leaves most for the rest: no search backwards. */
export function matchesText(pattern: string, text: string): boolean {
  const parts = pattern.split('*');
  const [head = '', ...rest] = parts;
  const tail = rest.pop();
  if (tail === undefined) return text === pattern;
  let at = head.length;
  if (!text.startsWith(head)) return false;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - tail.length >= at && text.endsWith(tail);
}
