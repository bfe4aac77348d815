// One item as one JSON object, in the order of keys that the contract fixes. Made once per item: what is the same for
// all items of a connection's direction is kept with the connection.

import { formatHex } from '../bytes/hex.js';
import type { Field, Problem } from '../codec/field.js';
import { annotate } from '../codec/frame.js';
import type { Direction } from '../spec/versions.js';
import type { Finding } from '../validate/finding.js';
import { findingMembers, findingsJson } from './finding-json.js';
import { bytesJson, objectJson, propertiesJson, stringJson, valueJson } from './json-value.js';
import type { RenderOptions, Source } from './renderer.js';
import { leavesOf, MASK, maskedHex, secretLeaves, secretSpans } from './secrets.js';
import type { ConnectionInfo, Read, Shown, ShownEvent, ShownPacket } from './shown.js';
import { isoClock } from './time.js';

export interface ItemJson {
  source(source: Source): void;
  item(item: Shown, findings?: readonly Finding[]): string;
  late(finding: Finding): string;
}

export function createItemJson(options: RenderOptions): ItemJson {
  let file = '';
  let iso = isoClock(0n);
  const ends = new WeakMap<ConnectionInfo, EndsJson>();

  const origin = (origins: readonly number[], time: number): string =>
    options.pasted
      ? ''
      : `"captureFrames":[${origins.length === 1 ? origins[0] : origins.join(',')}],"time":"${iso(time)}",`;
  const between = (connection: ConnectionInfo | undefined, direction: Direction | undefined): string => {
    if (connection === undefined) return '';
    let known = ends.get(connection);
    // Layers are found one by one, and one of them may tell another client.
    if (known?.transport !== connection.transport || known.client !== connection.client) {
      ends.set(connection, (known = endsJson(connection)));
    }
    return known[direction ?? 'both'];
  };
  return {
    source({ name, epoch }) {
      file = options.nameSources ? `"file":${stringJson(name)},` : '';
      iso = isoClock(epoch);
    },
    item(item, findings) {
      if (item.kind === 'event') {
        const head =
          file + offsetJson(item) + origin(item.origins, item.time) + between(item.connection, item.direction);
        // An event has findings rarely, a packet a list of them always.
        const found = findings === undefined || findings.length === 0 ? undefined : findings;
        return `{${head}${eventJson(item)}${listJson(found)}}`;
      }
      const { frame } = item;
      const where = origin(frame.origins, frame.time) + between(item.connection, frame.direction);
      return `{"number":${item.number},${file}${offsetJson(item)}${where}${packetJson(item, options)}${listJson(findings)}}`;
    },
    late(finding) {
      const { frame, connection } = finding;
      const number = frame.number > 0 ? `"number":${frame.number},` : '';
      const where = origin(frame.captureFrames, frame.time) + between(connection, frame.direction);
      return `{${number}${file}${where}"event":"finding","finding":{${findingMembers(finding)}}}`;
    },
  };
}

function listJson(findings: readonly Finding[] | undefined): string {
  return findings === undefined ? '' : `,"findings":${findingsJson(findings)}`;
}

type EndsJson = Readonly<Record<Direction | 'both' | 'transport' | 'client', string>>;

/** An event of both directions goes from the client to the server. */
function endsJson({ id, client, server, transport }: ConnectionInfo): EndsJson {
  const ends = (direction: string, from: string, to: string) =>
    `"connection":${id},${direction}"source":${stringJson(from)},"destination":${stringJson(to)},"transport":"${transport}",`;
  return {
    transport,
    client,
    'client-to-server': ends('"direction":"client-to-server",', client, server),
    'server-to-client': ends('"direction":"server-to-client",', server, client),
    both: ends('', client, server),
  };
}

function offsetJson({ offset }: Shown): string {
  return offset === undefined ? '' : `"offset":${offset},`;
}

function packetJson(item: ShownPacket, options: RenderOptions): string {
  const { frame, connection, aliasTopic } = item;
  const { packet, bytes, length } = frame;
  const { showSecrets } = options;
  const values = packet.type === 'PUBLISH' ? publishJson(packet, showSecrets) : objectJson(packet, showSecrets, 'type');
  let text = `"version":"${frame.version}","versionFrom":"${connection?.versionFrom ?? item.versionFrom}",`;
  text += `"type":"${packet.type}","length":${length},`;
  if (length > bytes.length) text += `"missing":${length - bytes.length},`;
  text += `"packet":${values}`;
  if (aliasTopic !== undefined) text += `,"aliasTopic":${stringJson(aliasTopic)}`;
  if (options.hex) {
    text += `,"hex":"${maskedHex(formatHex(bytes), showSecrets ? [] : secretSpans(bytes, frame.version))}"`;
  }
  if (options.fields) text += `,"fields":[${fieldsJson(annotate(bytes, frame.version), showSecrets)}]`;
  const { problems } = frame;
  return `${text},"problems":${problems.length === 0 ? '[]' : `[${problems.map(problemJson).join(',')}]`}`;
}

/** Most packets of most captures: in the same order as the general way would give. */
function publishJson(packet: Read<'PUBLISH'>, showSecrets: boolean): string {
  const { dup, qos, retain, topic, packetId, properties, payload, remainingLengthWidth } = packet;
  // The payload is last: where it is, all before it are.
  if (payload === undefined || topic === undefined || remainingLengthWidth !== undefined) {
    return objectJson(packet, showSecrets, 'type');
  }
  const id = packetId === undefined ? '' : `,"packetId":${packetId}`;
  const more = properties === undefined ? '' : `,"properties":${propertiesJson(properties, showSecrets)}`;
  return `{"dup":${dup},"qos":${qos},"retain":${retain},"topic":${stringJson(topic)}${id}${more},"payload":${bytesJson(payload)}}`;
}

function fieldsJson(root: Field, showSecrets: boolean): string {
  const isSecret = secretLeaves(root);
  const leaves: string[] = [];
  for (const leaf of leavesOf(root)) {
    let text = `{"path":"${leaf.path}","label":${stringJson(leaf.label)},"at":${leaf.at},"length":${leaf.length}`;
    if (leaf.bits !== undefined) text += `,"bits":[${leaf.bits[0]},${leaf.bits[1]}]`;
    if (!showSecrets && isSecret(leaf)) text += `,"value":"${MASK}"`;
    else if (leaf.value !== undefined) text += `,"value":${valueJson(leaf.value, showSecrets)}`;
    if (leaf.meaning !== undefined) text += `,"meaning":${stringJson(leaf.meaning)}`;
    if (leaf.section !== undefined) text += `,"section":"${leaf.section}"`;
    leaves.push(`${text}}`);
  }
  return leaves.join(',');
}

function problemJson({ code, message, path, at, length }: Problem): string {
  return `{"code":"${code}","message":${stringJson(message)},"path":${stringJson(path)},"at":${at},"length":${length}}`;
}

function eventJson({ event, code, message, details, length, bytes }: ShownEvent): string {
  let text = `"event":"${event}"`;
  if (code !== undefined) text += `,"code":${stringJson(code)}`;
  text += `,"message":${stringJson(message)}`;
  if (details !== undefined) text += `,"details":${JSON.stringify(details)}`;
  if (length !== undefined) text += `,"length":${length}`;
  if (bytes !== undefined) text += `,"bytes":"${formatHex(bytes)}"`;
  return text;
}
