// What a mosquitto.conf asks for beside listeners and settings: the log, the pid file, the user, and to be read again.

import { join } from 'node:path';
import { LOG_TYPES } from '../broker/config/configuration.js';
import { type Remark, renderRemark } from '../broker/config/remark.js';
import type { BrokerServer } from '../io/broker-server.js';
import type { BrokerServerOptions } from '../io/broker-server-options.js';
import { type BrokerSetup, type ReadSetup, readAgain, readSetup } from '../io/broker-setup.js';
import { BrokerLog, type LogOptions } from '../io/log.js';
import type { LogSurroundings } from '../io/log-destinations.js';
import { databaseFiles } from '../io/store/database-file.js';
import { UserError } from '../user-error.js';
import { type Io, say } from './io.js';

export class ConfiguredBroker {
  private server: BrokerServer | undefined = undefined;
  private readonly log: BrokerLog;
  private release: () => void = () => {};
  private setup: BrokerSetup;

  /** Says what there is to say of the file. Throws UserError when it cannot be used. */
  constructor(
    private readonly path: string,
    private readonly isVerbose: boolean,
    private readonly io: Io,
  ) {
    this.setup = told(readSetup(path), io);
    this.log = new BrokerLog(this.logOptions(), this.surroundings());
  }

  get options(): Pick<
    BrokerServerOptions,
    'listeners' | 'bridges' | 'settings' | 'authenticate' | 'onEvent' | 'onRefused'
  > {
    const { listeners, bridges, settings, authenticate } = this.setup;
    return {
      listeners,
      bridges,
      settings,
      authenticate,
      onEvent: (event) => this.log.event(event),
      onRefused: (_, remote, reason) => this.log.write('notice', `${remote} was refused: ${reason}`),
    };
  }

  /** Of `persistence`; undefined without it. */
  get databasePath(): string | undefined {
    const { persistence, persistenceLocation = '', persistenceFile } = this.setup.configuration.global;
    return persistence ? join(persistenceLocation, persistenceFile) : undefined;
  }

  /** The listeners are open. Throws UserError when the process cannot be as it was asked to be. */
  started(server: BrokerServer): void {
    this.server = server;
    const { global } = this.setup.configuration;
    const files = [...(global.logFile === undefined ? [] : [global.logFile]), ...databaseFiles(this.databasePath)];
    this.release = this.io.prepareProcess?.(global, files).release ?? this.release;
    this.io.onHangup?.(() => this.reload());
  }

  /** Reads the file again: one that is wrong changes nothing. The log's file is opened anew in any case. */
  reload(): void {
    const { path, io, server } = this;
    try {
      const setup = told(readAgain(this.setup, path), io);
      server?.reload(setup);
      this.setup = setup;
      this.log.reopen(this.logOptions());
      say(io, `${path}: read again`);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.log.reopen(this.logOptions());
      say(io, `${error.message}\nthe configuration stays as it was`);
    }
  }

  end(): void {
    this.log.close();
    this.release();
  }

  /** As mosquitto: -v stands above what the file says. */
  private logOptions(): LogOptions {
    const { global } = this.setup.configuration;
    return this.isVerbose ? { ...global, logTypes: LOG_TYPES } : global;
  }

  private surroundings(): LogSurroundings {
    const { io } = this;
    return {
      stdout: (line) => io.stdout.write(`${line}\n`),
      stderr: (line) => io.stderr.write(`${line}\n`),
      publish: (topic, text) =>
        this.server?.run({ kind: 'published', topic, payload: new TextEncoder().encode(text), qos: 0, retain: false }),
      failed: (message) => say(io, message),
    };
  }
}

/** Only says what there is to say of the file. Throws UserError when it cannot be used. */
export function testConfiguration(path: string, io: Io): void {
  told(readSetup(path), io);
  say(io, `${path}: the configuration is in order`);
}

function told({ setup, remarks }: ReadSetup, io: Io): BrokerSetup {
  const isError = ({ level }: Remark): boolean => level === 'error';
  for (const remark of remarks) if (!isError(remark)) say(io, renderRemark(remark));
  if (setup === undefined) throw new UserError('option', remarks.filter(isError).map(renderRemark).join('\n'));
  return setup;
}
