// Reads mosquitto.conf. Nothing is opened here: what include_dir names comes from a function of the caller. Everything that
// is wrong is found in one go (as far as remark.ts goes); with an error there is no configuration.

import { DEFAULT_PORT, port } from './bridge-values.js';
import { complete, type Gathered, type ListenerSection } from './complete.js';
import type {
  BridgeOptions,
  BrokerConfiguration,
  GlobalOptions,
  ListenerOptions,
  SecurityOptions,
} from './configuration.js';
import { type ConfigurationFile, type Line, linesOf, words, wordsBeforeComment } from './lines.js';
import { type Draft, placeText, readValue, type Section, section } from './option.js';
import { type Option, optionNamed, unknownOption } from './options.js';
import type { UnusedRow } from './options-other.js';
import { type Place, type Remark, Remarks } from './remark.js';
import { integer, leftOver, path, quoted, text } from './values.js';

/** The files of a folder, in the order in which they are read; `failures` say what could not be. */
export interface Included {
  readonly files: readonly ConfigurationFile[];
  readonly failures: readonly string[];
}

export interface Surroundings {
  include(directory: string): Included;
  /** Of this machine: bridges are named after it. */
  readonly hostName: string;
}

export interface ParsedConfiguration {
  /** undefined: there is an error among the remarks. */
  readonly configuration: BrokerConfiguration | undefined;
  readonly remarks: readonly Remark[];
}

export function parseConfiguration(main: ConfigurationFile, surroundings: Surroundings): ParsedConfiguration {
  const reading = new Reading({ file: main.name, line: 0 }, surroundings);
  reading.read(main, true);
  const { remarks } = reading;
  const configuration = complete(reading.gathered(), surroundings.hostName, remarks);
  return { configuration: remarks.failed ? undefined : configuration, remarks: remarks.all };
}

/** What a file of its own begins with: mosquitto carries neither listener nor bridge from one into the next. */
interface Context {
  readonly isMain: boolean;
  listener: ListenerSection;
  bridge: Section<BridgeOptions> | undefined;
}

/** 0 is a Unix socket. */
const listenerPort = integer({ shown: 'port', least: 0, most: 65_535 });

class Reading {
  readonly remarks = new Remarks();
  private readonly global: Section<GlobalOptions>;
  private readonly security: Section<SecurityOptions>;
  private readonly unnamed: ListenerSection;
  private readonly listeners: ListenerSection[] = [];
  private readonly bridges: Section<BridgeOptions>[] = [];
  private localOnly = true;
  /** The first option of access: per_listener_settings must come before it. */
  private accessAt: Place | undefined = undefined;

  constructor(
    start: Place,
    private readonly surroundings: Surroundings,
  ) {
    this.global = section(start);
    this.security = section(start);
    this.unnamed = { ...section(start), security: section(start) };
  }

  gathered(): Gathered {
    const { global, security, unnamed, listeners, bridges, localOnly } = this;
    return { global, security, unnamed, listeners, bridges, localOnly };
  }

  read(file: ConfigurationFile, isMain: boolean): void {
    const context: Context = { isMain, listener: this.unnamed, bridge: undefined };
    for (const line of linesOf(file)) {
      if (this.remarks.full) return;
      const option = optionNamed(line.name);
      if (option === undefined) this.remarks.error(line, unknownOption(line.name));
      else this.apply(option, line, context);
    }
  }

  private apply(option: Option, line: Line, context: Context): void {
    const { remarks } = this;
    if ('outdated' in option.row && option.row.outdated !== undefined) {
      remarks.notice(line, `${line.name} is outdated: ${option.row.outdated}`);
    }
    switch (option.kind) {
      case 'global':
        this.applyGlobal(option, line);
        break;
      case 'listener':
        if (line.name === 'mount_point' && this.listeners.length === 0) {
          remarks.error(line, 'mount_point stands before the first listener');
        } else option.row.apply(context.listener, line, remarks);
        break;
      case 'security':
        this.accessAt ??= line;
        option.row.apply(this.perListener ? context.listener.security : this.security, line, remarks);
        break;
      case 'bridge':
        if (context.bridge === undefined) remarks.error(line, `${line.name} stands before the first connection`);
        else option.row.apply(context.bridge, line, remarks);
        break;
      case 'structure':
        this.applyStructure(line, context);
        break;
      case 'removed':
        remarks.warning(line, `${line.name} is no longer an option: ${option.row.why}`);
        break;
      case 'ignored':
        remarks.warning(line, `${line.name} has no effect: ${option.row.why}`);
        this.checkUnused(option.row, line);
        break;
      case 'needless':
        this.checkUnused(option.row, line);
        break;
      case 'refused':
        remarks.error(line, `${line.name} is not supported: ${option.row.why}`);
    }
  }

  private checkUnused({ value }: UnusedRow, line: Line): void {
    if (value !== undefined) readValue(value, line, this.remarks);
  }

  private get perListener(): boolean {
    return this.global.values.perListenerSettings === true;
  }

  private applyGlobal({ row }: Option & { readonly kind: 'global' }, line: Line): void {
    row.apply(this.global, line, this.remarks);
    if (row.field !== 'perListenerSettings' || !this.perListener || this.accessAt === undefined) return;
    const where = placeText(this.accessAt, line);
    this.remarks.error(line, `per_listener_settings stands behind an option that depends on it (${where})`);
  }

  private applyStructure(line: Line, context: Context): void {
    switch (line.name) {
      case 'include_dir':
        this.include(line, context);
        break;
      case 'listener':
        context.listener = this.listener(line);
        this.listeners.push(context.listener);
        break;
      case 'connection':
        context.bridge = this.bridge(line);
        break;
      case 'port':
        this.storePort(line);
        break;
      case 'bind_address':
        this.storeAddress(line);
    }
  }

  private include(line: Line, { isMain }: Context): void {
    if (!isMain) {
      this.remarks.warning(line, 'include_dir has no effect in a file that is itself included');
      return;
    }
    const directory = readValue(path, line, this.remarks);
    if (directory === undefined) return;
    const { files, failures } = this.surroundings.include(directory);
    for (const failure of failures) this.remarks.error(line, failure);
    for (const file of files) this.read(file, false);
  }

  /** A listener also when its line is wrong: what follows belongs to it all the same. */
  private listener(line: Line): ListenerSection {
    this.localOnly = false;
    const place: Place = { file: line.file, line: line.line };
    const made: ListenerSection = { ...section<ListenerOptions>(place), security: section(place) };
    const [first = '', ...others] = words(line.rest);
    const number = readValue(listenerPort, { ...line, rest: first }, this.remarks);
    if (number === undefined) return made;
    made.values.port = number;
    const [address, ...rest] = wordsBeforeComment(others.join(' '));
    if (number === 0 && address === undefined) this.remarks.error(line, 'listener 0 needs the path of a Unix socket');
    if (address !== undefined) {
      const value = readValue(path, { ...line, rest: address }, this.remarks);
      if (value !== undefined) setAddress(made.values, value);
    }
    const warning = leftOver(rest);
    if (warning !== undefined) this.remarks.warning(line, `listener: ${warning}`);
    return made;
  }

  private bridge(line: Line): Section<BridgeOptions> {
    const made = section<BridgeOptions>({ file: line.file, line: line.line });
    const [name, ...others] = words(line.rest);
    if (name === undefined) {
      this.remarks.error(line, 'connection has no name');
      return made;
    }
    const read = text().read(name);
    if (!read.ok) this.remarks.error(line, `connection ${read.message}`);
    const warning = leftOver(others);
    if (warning !== undefined) this.remarks.warning(line, `connection: ${warning}`);
    const same = this.bridges.find((other) => other.values.name === name);
    if (same !== undefined) {
      this.remarks.error(line, `there is another connection ${quoted(name)} ${placeText(same.place, line)}`);
      return made;
    }
    made.values.name = name;
    this.bridges.push(made);
    return made;
  }

  private storePort(line: Line): void {
    this.localOnly = false;
    const before = this.unnamed.places.get('port');
    if (before !== undefined) this.remarks.warning(line, `port takes the place of that ${placeText(before, line)}`);
    const value = readValue(port, line, this.remarks);
    if (value === undefined) return;
    this.unnamed.values.port = value;
    this.unnamed.places.set('port', line);
  }

  private storeAddress(line: Line): void {
    this.localOnly = false;
    const before = this.unnamed.places.get('host');
    if (before !== undefined) {
      this.remarks.error(line, `bind_address is given a second time (first ${placeText(before, line)})`);
      return;
    }
    const value = readValue(text(), line, this.remarks);
    if (value === undefined) return;
    this.unnamed.values.port ??= DEFAULT_PORT;
    this.unnamed.values.host = value;
    this.unnamed.places.set('host', line);
  }
}

function setAddress(values: Draft<ListenerOptions>, address: string): void {
  if (values.port === 0) values.unixSocketPath = address;
  else values.host = address;
}
