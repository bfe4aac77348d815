// tshark as a witness: the MQTT packets of a capture as it reads them, field by field.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** One MQTT packet: tshark's field names; a name that occurs again is a list, a group is a tree. */
export interface TsharkFields {
  readonly [name: string]: string | readonly string[] | TsharkFields | readonly TsharkFields[] | undefined;
}

export interface TsharkPacket {
  /** The frame that its last byte came in; of out-of-order segments, the one that filled the hole. */
  readonly frame: number;
  readonly fields: TsharkFields;
}

export interface TsharkOptions {
  /** Ports read as MQTT besides 1883. */
  readonly ports?: readonly number[];
  /** Its default takes segments as they come. */
  readonly outOfOrder?: boolean;
  /** A key log, for MQTT over TLS on port 8883. */
  readonly keylog?: string;
  /** For connections whose CONNECT it does not see; its default has none. */
  readonly version?: 'v3.1' | 'v3.1.1' | 'v5.0';
}

interface Frame {
  readonly _source: { readonly layers: Readonly<Record<string, TsharkFields | readonly TsharkFields[]>> };
}

export async function tsharkMqtt(file: string, options: TsharkOptions = {}): Promise<TsharkPacket[]> {
  const { stdout } = await run(
    'tshark',
    [
      ...['-n', '-r', file, '-Y', 'mqtt', '-T', 'json', '--no-duplicate-keys', '-J', 'frame mqtt'],
      ...['-o', `tcp.reassemble_out_of_order:${options.outOfOrder === false ? 'FALSE' : 'TRUE'}`],
      ...(options.version === undefined ? [] : ['-o', `mqtt.default_version:MQTT ${options.version}`]),
      ...(options.keylog === undefined ? [] : ['-o', `tls.keylog_file:${options.keylog}`, '-d', 'tls.port==8883,mqtt']),
      ...(options.ports ?? []).flatMap((port) => ['-d', `tcp.port==${port},mqtt`]),
    ],
    { maxBuffer: 1 << 28, encoding: 'utf8' },
  );
  return (JSON.parse(stdout) as Frame[]).flatMap(({ _source: { layers } }) => {
    const frame = Number((layers.frame as TsharkFields)['frame.number']);
    return list<TsharkFields>(layers.mqtt as TsharkFields).map((fields) => ({ frame, fields }));
  });
}

/** A field that may be absent, once, or several times. */
export function list<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
}
