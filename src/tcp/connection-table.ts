// Finds a connection by its two addresses and ports, in either direction, without making a string of them: a number from
// each endpoint, added up so that both directions agree, leads to a short chain, and there the bytes decide.

import type { Side } from '../bytes/chunk.js';
import type { Segment } from '../net/segment.js';
import { wordOf } from './address-word.js';
import type { TcpConnection } from './connection.js';

export class ConnectionTable<T> {
  readonly #chains = new Map<number, TcpConnection<T>>();
  /** Segments come in runs. */
  #last: TcpConnection<T> | undefined = undefined;
  /** Which endpoint of the connection found last sent the segment. */
  side: Side = 0;

  find(segment: Segment): TcpConnection<T> | undefined {
    const { bytes, addressLength, sourceAt, destinationAt, sourcePort, destinationPort } = segment;
    const source = wordOf(bytes, sourceAt, addressLength);
    const destination = wordOf(bytes, destinationAt, addressLength);
    if (this.#last !== undefined && this.#matches(this.#last, segment, source, destination)) return this.#last;
    const key = keyOf(source, sourcePort, destination, destinationPort);
    for (let found = this.#chains.get(key); found !== undefined; found = found.chained) {
      if (this.#matches(found, segment, source, destination)) return (this.#last = found);
    }
    return undefined;
  }

  /** The segment that the connection was made from came from its endpoint 0. */
  add(connection: TcpConnection<T>): void {
    const key = keyOfConnection(connection);
    connection.chained = this.#chains.get(key);
    this.#chains.set(key, connection);
    this.#last = connection;
    this.side = 0;
  }

  remove(connection: TcpConnection<T>): void {
    const key = keyOfConnection(connection);
    connection.isForgotten = true;
    if (this.#last === connection) this.#last = undefined;
    const head = this.#chains.get(key);
    if (head === connection) {
      if (connection.chained === undefined) this.#chains.delete(key);
      else this.#chains.set(key, connection.chained);
      return;
    }
    for (let before = head; before !== undefined; before = before.chained) {
      if (before.chained === connection) before.chained = connection.chained;
    }
  }

  /** All of them, in order of first sight. */
  all(): TcpConnection<T>[] {
    const found: TcpConnection<T>[] = [];
    for (const head of this.#chains.values()) {
      for (let one: TcpConnection<T> | undefined = head; one !== undefined; one = one.chained) found.push(one);
    }
    return found.sort((a, b) => a.id - b.id);
  }

  #matches(connection: TcpConnection<T>, segment: Segment, source: number, destination: number): boolean {
    const { words, ports } = connection;
    const { sourcePort, destinationPort } = segment;
    const forth = words[0] === source && words[1] === destination;
    if (forth && ports[0] === sourcePort && ports[1] === destinationPort && sameAddresses(connection, segment, 0)) {
      this.side = 0;
      return true;
    }
    const back = words[1] === source && words[0] === destination;
    if (back && ports[1] === sourcePort && ports[0] === destinationPort && sameAddresses(connection, segment, 1)) {
      this.side = 1;
      return true;
    }
    return false;
  }
}

/** For IPv4 the words have said it all. */
function sameAddresses(connection: TcpConnection<unknown>, segment: Segment, side: Side): boolean {
  const { addresses, addressLength: length } = connection;
  if (segment.addressLength !== length) return false;
  if (length === 4) return true;
  const { bytes, sourceAt, destinationAt } = segment;
  const other = length - side * length;
  for (let i = 0; i < length; i++) {
    if (bytes[sourceAt + i] !== addresses[side * length + i]) return false;
    if (bytes[destinationAt + i] !== addresses[other + i]) return false;
  }
  return true;
}

const keyOfConnection = ({ words, ports }: TcpConnection<unknown>): number =>
  keyOf(words[0], ports[0], words[1], ports[1]);

const keyOf = (word: number, port: number, otherWord: number, otherPort: number): number =>
  (mixed(word, port) + mixed(otherWord, otherPort)) | 0;

function mixed(word: number, port: number): number {
  const product = Math.imul(word ^ Math.imul(port + 1, 0x9e3779b1), 0x85ebca6b);
  return Math.imul(product ^ (product >>> 15), 0xc2b2ae35);
}
