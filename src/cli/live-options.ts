// The options that read an interface in place of files, named as those of tshark and dumpcap.

import type { Command } from 'commander';
import type { ByteSource } from '../io/byte-source.js';
import { listInterfaces, openLive } from '../io/live-capture.js';
import { type Io, say, warn } from './io.js';

export interface LiveFlags {
  readonly interface?: string;
  readonly filter?: string;
  readonly listInterfaces?: boolean;
}

export function addLiveOptions(command: Command): Command {
  return command
    .option('-i, --interface <name>', 'capture here, with dumpcap or tcpdump, until Ctrl-C')
    .option('-f, --filter <expression>', 'what -i captures ("tcp port 1883"), as tcpdump reads it')
    .option('-D, --list-interfaces', 'list the interfaces that -i can name');
}

/** Refuses what does not go together. */
export function checkInputs(command: Command, paths: readonly string[], flags: LiveFlags): void {
  const refuse = (message: string) => command.error(`error: ${message}`);
  if (flags.filter !== undefined && flags.interface === undefined) refuse("option '-f, --filter' needs -i");
  if (flags.listInterfaces === true) return;
  if (flags.interface !== undefined && paths.length > 0) refuse('either captures or -i, not both');
  if (flags.interface === undefined && paths.length === 0) refuse("missing required argument 'capture'");
}

export function openInterface(name: string, { filter }: LiveFlags, io: Io): Promise<ByteSource> {
  return openLive({
    interface: name,
    filter,
    signal: io.interrupt,
    env: io.env,
    onStart: (message) => say(io, message),
    onLoss: (message) => warn(io, message),
  });
}

export async function printInterfaces(io: Io): Promise<void> {
  io.stdout.write(await listInterfaces({ env: io.env }));
}
