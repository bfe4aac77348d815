// The cursor of the decoder: adds the version in force, the problems met, the path of what is being read and, when
// somebody will look at it, the trace of leaves. Reading and annotating are therefore the same run over one layout.

import { Cursor } from '../bytes/cursor.js';
import type { Version } from '../spec/versions.js';
import type { Field, Problem, ProblemCode } from './field.js';

/** Section numbers: one for all versions, or [3.1.1, 5.0]. MQTT 3.1 has none below the packet's. */
export type Section = string | readonly [v311: string, v5: string];

export interface Spec {
  readonly name: string;
  readonly label: string;
  readonly section?: Section | undefined;
  readonly secret?: boolean | undefined;
  /** What a value says, beyond itself. */
  readonly meaning?: ((value: never, reader: Reader) => string | undefined) | undefined;
}

/** Leaves and groups in the order read. */
class Trace {
  fields: Field[] = [];
  private readonly outer: Field[][] = [];

  open(): void {
    this.outer.push(this.fields);
    this.fields = [];
  }

  close(group: Omit<Field, 'children' | 'length'>, end: number): void {
    const children = this.fields;
    this.fields = this.outer.pop() ?? [];
    if (children.length > 0) this.fields.push({ ...group, length: end - group.at, children });
  }
}

export class Reader extends Cursor {
  version: Version = '3.1.1';
  /** Packet type name: CONNECT. */
  type = '';
  /** Section of the packet type, for fields without one. */
  section = '';
  /** Where the current limit lies on the wire; beyond `end` when a part was not captured. */
  wireEnd = 0;
  /** Bytes that the Remaining Length takes, where fewer were enough; else 0. */
  overlong = 0;
  problems: Problem[] | undefined = undefined;
  trace: Trace | undefined = undefined;
  /** Only problems are wanted: values are checked, not made, and nothing is written to what is read into. */
  surveys = false;
  private readonly path: (string | number)[] = [];
  private depth = 0;

  constructor() {
    super(new Uint8Array(0));
  }

  reset(bytes: Uint8Array, version: Version, wanted: 'values' | 'fields' | 'problems'): void {
    this.bytes = bytes;
    this.at = 0;
    this.end = bytes.length;
    this.wireEnd = bytes.length;
    this.failed = false;
    this.version = version;
    this.overlong = 0;
    this.problems = undefined;
    this.trace = wanted === 'fields' ? new Trace() : undefined;
    this.surveys = wanted === 'problems';
    this.depth = 0;
  }

  enter(part: string | number): void {
    this.path[this.depth++] = part;
    this.trace?.open();
  }

  leave(label: string, at: number, section?: Section): void {
    if (this.trace !== undefined) {
      this.trace.close({ path: this.pathTo(), label, at, ...this.sectionOf(section) }, this.at);
    }
    this.depth--;
  }

  /** The dotted path of what is being read, or of a name within it. */
  pathTo(name?: string): string {
    let path = '';
    for (let i = 0; i < this.depth; i++) {
      const part = this.path[i]!;
      path += typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`;
    }
    return name === undefined ? path : path === '' ? name : `${path}.${name}`;
  }

  leaf(
    spec: Spec,
    at: number,
    length: number,
    value: NonNullable<Field['value']>,
    bits?: readonly [number, number],
  ): void {
    if (this.trace === undefined) return;
    const meaning = spec.meaning?.(value as never, this);
    this.trace.fields.push({
      path: spec.name.startsWith('[') ? this.pathTo() + spec.name : this.pathTo(spec.name),
      label: spec.label,
      at,
      length,
      ...(bits === undefined ? {} : { bits }),
      value,
      ...(meaning === undefined ? {} : { meaning }),
      ...this.sectionOf(spec.section),
      ...(spec.secret === true ? { secret: true } : {}),
    });
  }

  problem(code: ProblemCode, message: string, name: string, at: number, length: number): void {
    const path = name === '' || name.startsWith('[') ? this.pathTo() + name : this.pathTo(name);
    (this.problems ??= []).push({ code, message, path, at, length });
  }

  /** A field of `need` bytes at the position does not fit: the rest of the limit is unread. */
  cut(spec: Spec, need: number): void {
    this.failed = true;
    if (this.at + need <= this.wireEnd) {
      this.incomplete(spec, need);
    } else {
      const message = `${spec.label} needs ${bytesText(need)}, ${bytesText(this.wireEnd - this.at)} left`;
      this.problem('field-cut', message, spec.name, this.at, this.left);
    }
  }

  /** A length that was just read says more than its limit holds. */
  overrun(spec: Spec, length: number): void {
    this.failed = true;
    if (this.at + length <= this.wireEnd) {
      this.incomplete(spec, length);
    } else {
      const left = this.wireEnd - this.at;
      const message = `${spec.label} Length says ${bytesText(length)}, ${left === 1 ? '1 is' : `${left} are`} left`;
      this.problem('length-overrun', message, `${spec.name}Length`, this.at - 2, 2);
    }
  }

  private incomplete(spec: Spec, need: number): void {
    const message = `${spec.label}: ${need - this.left} of ${bytesText(need)} missing`;
    this.problem('incomplete', message, spec.name, this.at, this.left);
  }

  /** Whatever the limit still holds becomes a leaf of its own; without an earlier problem that is one itself. */
  unread(): void {
    const { at, end } = this;
    if (at >= end) return;
    this.at = end;
    if (!this.failed) {
      const what = end - at === 1 ? '1 byte follows' : `${end - at} bytes follow`;
      this.problem('unread', `${what} the last field`, 'unread', at, end - at);
    }
    if (this.trace !== undefined) {
      this.leaf({ name: 'unread', label: 'Unread' }, at, end - at, this.bytes.subarray(at, end));
    }
  }

  private sectionOf(section: Section | undefined): { section?: string } {
    if (this.version === '3.1' || section === undefined) return this.section === '' ? {} : { section: this.section };
    return { section: typeof section === 'string' ? section : section[this.version === '5.0' ? 1 : 0] };
  }
}

function bytesText(count: number): string {
  return count === 1 ? '1 byte' : `${count} bytes`;
}
