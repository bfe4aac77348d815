// The one-line story of a packet: `PUBLISH QoS 1 id 7 site/3/temp (42 bytes) "21.5"`, `CONNACK refused: bad user name
// or password`. Told from what could be read: a part that is missing is left out. The result is safe for a terminal.

import { hexByte } from '../bytes/hex.js';
import type { PacketType, Property, Subscription } from '../codec/packet.js';
import { CONNACK_RETURN_CODES, SUBACK_RETURN_CODES } from '../spec/reason-codes.js';
import { BRIDGE_BIT, PROTOCOLS, type Version } from '../spec/versions.js';
import { lowerLabel, propertyPhrases, reason } from './describe-properties.js';
import { count, plural, preview, quoted, topicText } from './preview.js';
import { MASK } from './secrets.js';
import type { Read, ShownPacket } from './shown.js';
import type { Palette } from './terminal.js';

export interface Telling {
  readonly palette: Palette;
  /** Columns there are: no more of a payload is looked at. */
  readonly room: number;
  readonly showSecrets: boolean;
}

interface Scene extends Telling {
  readonly version: Version;
  readonly aliasTopic: string | undefined;
  /** Bytes of the packet that are not here: of its payload, when it is a PUBLISH. */
  readonly missing: number;
}

type Stories = { readonly [T in PacketType]: (packet: Read<T>, scene: Scene) => readonly (string | undefined)[] };

const STORIES: Stories = {
  CONNECT: connect,
  CONNACK: connack,
  PUBLISH: publish,
  PUBACK: acknowledgement,
  PUBREC: acknowledgement,
  PUBREL: acknowledgement,
  PUBCOMP: acknowledgement,
  SUBSCRIBE: (packet, scene) => [
    id(packet.packetId),
    list(packet.subscriptions?.map(subscription)),
    ...after(packet, scene),
  ],
  SUBACK: (packet, scene) => [id(packet.packetId), list(granted(packet, scene)), ...after(packet, scene)],
  UNSUBSCRIBE: (packet, scene) => [
    id(packet.packetId),
    list(packet.topicFilters?.map(topicText)),
    ...after(packet, scene),
  ],
  UNSUBACK: (packet, scene) => [
    id(packet.packetId),
    list(packet.reasonCodes?.map((code) => outcome('UNSUBACK', code, scene))),
    ...after(packet, scene),
  ],
  PINGREQ: () => [],
  PINGRESP: () => [],
  DISCONNECT: (packet, scene) => [told('DISCONNECT', packet.reasonCode, scene), ...after(packet, scene)],
  AUTH: (packet, scene) => [told('AUTH', packet.reasonCode, scene), ...after(packet, scene)],
  RESERVED: (packet) => [packet.typeCode === undefined ? undefined : `packet type ${packet.typeCode}`],
};

/** The story without its problems. */
export function describe(item: ShownPacket, telling: Telling): string {
  const { frame, aliasTopic } = item;
  const { packet, version } = frame;
  const type = packet.type as PacketType;
  const missing = frame.length - frame.bytes.length;
  const scene: Scene = { ...telling, version, aliasTopic, missing };
  const parts = STORIES[type](packet as never, scene);
  const flags = packet.headerFlags === undefined ? undefined : `(header flags ${hexByte(packet.headerFlags)})`;
  let line = telling.palette.bold(type);
  for (const part of [...parts, flags]) {
    if (part !== undefined && part !== '') line += part.startsWith(',') ? part : ` ${part}`;
  }
  const told = missing === 0 || (packet.type === 'PUBLISH' && packet.payload !== undefined);
  return told ? line : `${line} (${count(missing)} of ${plural(frame.length, 'byte')} missing)`;
}

function connect(packet: Read<'CONNECT'>, scene: Scene): readonly (string | undefined)[] {
  const { flags } = packet;
  const phrases = [
    packet.keepAlive === undefined ? undefined : keepAlive(packet.keepAlive),
    flags === undefined ? undefined : session(flags),
    packet.will === undefined ? undefined : willPhrase(packet, scene),
    packet.userName === undefined ? undefined : `user ${quoted(packet.userName)}`,
    packet.password === undefined ? undefined : `password ${scene.showSecrets ? preview(packet.password, 64) : MASK}`,
    ...propertyPhrases(packet.properties, scene.showSecrets),
  ];
  return [
    protocol(packet),
    packet.clientId === undefined ? undefined : `client id ${quoted(packet.clientId)}`,
    list(phrases.filter((phrase) => phrase !== undefined)),
  ];
}

function protocol({ protocolName, protocolLevel }: Read<'CONNECT'>): string | undefined {
  if (protocolLevel === undefined) return protocolName === undefined ? undefined : quoted(protocolName);
  const level = protocolLevel & ~BRIDGE_BIT;
  const row = PROTOCOLS.find((one) => one.protocolLevel === level && one.protocolName === protocolName);
  if (row === undefined) return `${quoted(protocolName ?? '')} level ${protocolLevel}`;
  return level === protocolLevel ? row.version : `${row.version} bridge`;
}

function keepAlive(seconds: number): string {
  return seconds === 0 ? 'no keep alive' : `keep alive ${seconds} s`;
}

function session(flags: NonNullable<Read<'CONNECT'>['flags']>): string {
  if (flags.cleanStart !== undefined) return flags.cleanStart ? 'clean start' : 'resume session';
  return flags.cleanSession === false ? 'persistent session' : 'clean session';
}

function willPhrase({ will, flags }: Read<'CONNECT'>, scene: Scene): string {
  const qos = flags === undefined ? '' : ` QoS ${flags.willQos}${flags.willRetain ? ' retained' : ''}`;
  const details = propertyPhrases(will!.properties, scene.showSecrets);
  const more = details.length === 0 ? '' : ` (${details.join(', ')})`;
  return `will ${topicText(will!.topic)}${qos} ${preview(will!.payload, 24)}${more}`;
}

function connack(packet: Read<'CONNACK'>, scene: Scene): readonly (string | undefined)[] {
  const present = packet.acknowledgeFlags?.sessionPresent === true ? ', session present' : undefined;
  return [connackOutcome(packet, scene), present, ...after(packet, scene)];
}

function connackOutcome({ returnCode, reasonCode }: Read<'CONNACK'>, { palette }: Scene): string | undefined {
  if (returnCode === 0 || reasonCode === 0) return palette.green('accepted');
  if (reasonCode !== undefined) return palette.red(`refused: ${reason('CONNACK', reasonCode)}`);
  if (returnCode === undefined) return undefined;
  const name = CONNACK_RETURN_CODES[returnCode]?.replace(/^Connection Refused, /, '');
  return palette.red(`refused: ${name ?? `undefined return code ${returnCode}`}`);
}

function publish(packet: Read<'PUBLISH'>, scene: Scene): readonly (string | undefined)[] {
  const { payload } = packet;
  const properties = propertyPhrases(packet.properties, scene.showSecrets, ['topicAlias']);
  const length = (payload?.length ?? 0) + scene.missing;
  // Before the payload, which may fill the line.
  const missing = scene.missing > 0 ? `, ${count(scene.missing)} missing` : '';
  return [
    packet.dup === true ? 'DUP' : undefined,
    packet.qos === undefined ? undefined : `QoS ${packet.qos}`,
    packet.retain === true ? 'retained' : undefined,
    id(packet.packetId),
    packet.topic === undefined ? undefined : topic(packet.topic, packet.properties, scene),
    payload === undefined ? undefined : `(${plural(length, 'byte')}${missing})`,
    payload === undefined || payload.length === 0 ? undefined : preview(payload, payloadRoom(scene, properties)),
    payload !== undefined && length === 0 && packet.retain === true ? 'clears the retained message' : undefined,
    behind(properties),
  ];
}

function topic(name: string, properties: readonly Property[] | undefined, scene: Scene): string {
  const { palette, aliasTopic } = scene;
  const alias = properties?.find((property) => property.name === 'topicAlias')?.value;
  if (alias === undefined) return palette.cyan(topicText(name));
  if (name !== '') return `${palette.cyan(topicText(name))} (sets alias ${alias})`;
  if (aliasTopic === undefined) return `alias ${alias} (its topic was not seen)`;
  return `${palette.cyan(topicText(aliasTopic))} (alias ${alias})`;
}

/** A long payload leaves room for the properties behind it. */
function payloadRoom({ room }: Scene, properties: readonly string[]): number {
  return properties.length === 0 ? room : Math.max(16, Math.floor(room / 3));
}

function acknowledgement(
  packet: Read<'PUBACK' | 'PUBREC' | 'PUBREL' | 'PUBCOMP'>,
  scene: Scene,
): readonly (string | undefined)[] {
  return [id(packet.packetId), told(packet.type, packet.reasonCode, scene), ...after(packet, scene)];
}

function subscription({ topicFilter, options }: Subscription): string {
  const more = [
    options.noLocal === true ? 'no local' : undefined,
    options.retainAsPublished === true ? 'retain as published' : undefined,
    options.retainHandling === undefined || options.retainHandling === 0
      ? undefined
      : `retain handling ${options.retainHandling}`,
  ].filter((one) => one !== undefined);
  return `${topicText(topicFilter)} QoS ${options.qos}${more.length === 0 ? '' : ` (${more.join(', ')})`}`;
}

function granted({ returnCodes, reasonCodes }: Read<'SUBACK'>, scene: Scene): string[] | undefined {
  if (reasonCodes !== undefined) return reasonCodes.map((code) => outcome('SUBACK', code, scene));
  return returnCodes?.map((code) => {
    if (code <= 2) return `granted QoS ${code}`;
    const name = SUBACK_RETURN_CODES.get(code);
    return scene.palette.red(name === undefined ? `undefined return code ${hexByte(code)}` : lowerLabel(name));
  });
}

/** One result of several: the good ones by name, the bad ones with their code. */
function outcome(type: 'SUBACK' | 'UNSUBACK', code: number, { palette }: Scene): string {
  return code < 0x80 ? reason(type, code).replace(/ \(0x0[0-2]\)$/, '') : palette.red(reason(type, code));
}

/** The reason code of a packet that has one; success goes without saying. */
function told(type: string, code: number | undefined, { palette }: Scene): string | undefined {
  if (code === undefined || code === 0) return undefined;
  return code < 0x80 ? reason(type, code) : palette.red(reason(type, code));
}

function after(packet: { readonly properties?: readonly Property[] }, scene: Scene): readonly [string | undefined] {
  return [behind(propertyPhrases(packet.properties, scene.showSecrets))];
}

function behind(phrases: readonly string[]): string | undefined {
  return phrases.length === 0 ? undefined : `, ${phrases.join(', ')}`;
}

function list(phrases: readonly string[] | undefined): string | undefined {
  return phrases?.join(', ');
}

function id(packetId: number | undefined): string | undefined {
  return packetId === undefined ? undefined : `id ${packetId}`;
}
