// Retained messages by topic, a level each, so that a filter visits what begins as it does. A walk yields the matches of
// one filter bit by bit: it may be left and gone on with while messages come and go.

import type { Message } from './message.js';

/** Bytes of memory that a level of the tree takes, with its place in the one above. */
const LEVEL = 300;

class Level {
  children: Map<string, Level> | undefined = undefined;
  message: Message | undefined = undefined;
  /** Counts changes: a walk leaves out what came after it began, its subscription got that anyway. */
  since = Number.NaN;

  constructor(
    readonly name: string,
    readonly above: Level | undefined,
  ) {}
}

export class Retained {
  private readonly root = new Level('', undefined);
  private changes = Number.NaN;
  count = 0;
  /** Of the messages. */
  bytes = Number.NaN;
  /** Of the tree, as reckoned: a topic of many levels costs more than its message. */
  treeBytes = Number.NaN;

  constructor() {
    this.bytes = 0;
    this.treeBytes = 0;
    this.changes = 0;
  }

  get(topic: string): Message | undefined {
    return this.find(topic)?.message;
  }

  /** The caller keeps the message. */
  set(topic: string, message: Message): void {
    let level = this.root;
    for (const name of topic.split('/')) {
      level.children ??= new Map();
      let child = level.children.get(name);
      if (child === undefined) {
        level.children.set(name, (child = new Level(name, level)));
        this.treeBytes += LEVEL + name.length;
      }
      level = child;
    }
    if (level.message === undefined) this.count++;
    else this.bytes -= level.message.size;
    this.bytes += message.size;
    level.message = message;
    level.since = ++this.changes;
  }

  /** Whether there was one. */
  delete(topic: string): boolean {
    const level = this.find(topic);
    if (level?.message === undefined) return false;
    this.count--;
    this.bytes -= level.message.size;
    level.message = undefined;
    this.changes++;
    let empty: Level | undefined = level;
    while (empty?.above !== undefined && empty.message === undefined && empty.children === undefined) {
      const { above, name }: Level = empty;
      above!.children!.delete(name);
      this.treeBytes -= LEVEL + name.length;
      if (above!.children!.size === 0) above!.children = undefined;
      empty = above;
    }
    return true;
  }

  private find(topic: string): Level | undefined {
    let level: Level | undefined = this.root;
    for (const name of topic.split('/')) {
      level = level.children?.get(name);
      if (level === undefined) return undefined;
    }
    return level;
  }

  /** `filter` has no $share/name/. */
  walk(filter: string): Walk {
    return new Walk(this.root, filter.split('/'), this.changes);
  }
}

interface Frame {
  readonly children: Iterator<Level>;
  /** Index of the next level of the filter; that of # again below it. */
  readonly at: number;
  readonly isRoot: boolean;
}

export class Walk {
  private readonly stack: Frame[] = [];
  private found: Message | undefined = undefined;
  isDone = false;

  constructor(
    root: Level,
    private readonly levels: readonly string[],
    private readonly began: number,
  ) {
    this.visit(root, 0);
  }

  /** The next match; undefined when there is none among the next `steps` levels, or no more at all (`isDone`). */
  next(steps: { left: number }): Message | undefined {
    for (;;) {
      const { found } = this;
      if (found !== undefined) {
        this.found = undefined;
        return found;
      }
      const top = this.stack.at(-1);
      if (top === undefined) {
        this.isDone = true;
        return undefined;
      }
      if (steps.left-- <= 0) return undefined;
      const { value, done } = top.children.next();
      if (done === true) this.stack.pop();
      // 4.7.2: wildcards in front do not match topics that begin with $.
      else if (!top.isRoot || !value.name.startsWith('$')) this.visit(value, top.at);
    }
  }

  /** A level that the filter matches up to `at`. */
  private visit(level: Level, from: number): void {
    let at = from;
    let here: Level | undefined = level;
    for (; here !== undefined; at++) {
      const name = this.levels[at];
      const isRoot = here.above === undefined;
      if (name === undefined || (name === '#' && !isRoot)) this.yield(here);
      if (name === undefined) return;
      if (name === '#' || name === '+') {
        const next = name === '#' ? at : at + 1;
        if (here.children !== undefined) this.stack.push({ children: here.children.values(), at: next, isRoot });
        return;
      }
      here = here.children?.get(name);
    }
  }

  private yield(level: Level): void {
    if (level.message !== undefined && level.since <= this.began) this.found = level.message;
  }
}

/** The retained messages that a subscription is still to bring. */
export interface RetainedWalk {
  readonly walk: Walk;
  readonly qos: number;
  readonly noLocal: boolean;
  readonly identifiers: readonly number[] | undefined;
}
