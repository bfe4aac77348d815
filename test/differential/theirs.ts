// The packets of a capture as tshark tells them, as records.

import { PROPERTY_BY_ID } from '../../src/spec/properties.js';
import { list, type TsharkFields, type TsharkOptions, tsharkMqtt } from '../support/tshark.js';
import { type PacketRecord, type PropertyPair, present } from './record.js';

const TYPES =
  'RESERVED CONNECT CONNACK PUBLISH PUBACK PUBREC PUBREL PUBCOMP SUBSCRIBE SUBACK UNSUBSCRIBE UNSUBACK ' +
  'PINGREQ PINGRESP DISCONNECT AUTH';
const NAMES = TYPES.split(' ');

export async function theirs(path: string, options: TsharkOptions): Promise<readonly PacketRecord[]> {
  const packets = await tsharkMqtt(path, options);
  return packets.map(({ frame, fields }) => {
    const first = Number(fields['mqtt.hdrflags']);
    const type = NAMES[first >> 4]!;
    return {
      frame,
      type,
      first,
      remainingLength: Number(fields['mqtt.len']),
      values: present(valuesOf(type, fields)),
    };
  });
}

const texts = (fields: TsharkFields, name: string): readonly string[] => list(fields[name]) as readonly string[];
const text = (fields: TsharkFields, name: string): string | undefined => texts(fields, name)[0];
const numbers = (fields: TsharkFields, name: string): number[] => texts(fields, name).map(Number);
const number = (fields: TsharkFields, name: string): number | undefined => numbers(fields, name)[0];
const flag = (fields: TsharkFields, name: string): boolean => text(fields, name) === '1';
const tree = (fields: TsharkFields, name: string): TsharkFields | undefined => list(fields[name])[0] as TsharkFields;

/** "6c:6f"; of no bytes tshark shows nothing. */
function hex(fields: TsharkFields, name: string): string {
  return (text(fields, name) ?? '').replaceAll(':', '');
}

/** Values stand in one list per kind: each property takes the next of its kind. */
function propertyPairs(fields: TsharkFields | undefined): PropertyPair[] | undefined {
  if (fields === undefined) return undefined;
  const taken = new Map<string, number>();
  const next = (name: string): string | undefined => {
    const index = taken.get(name) ?? 0;
    taken.set(name, index + 1);
    return texts(fields, name)[index];
  };
  return numbers(fields, 'mqtt.property_id').map((id) => {
    const row = PROPERTY_BY_ID[id];
    if (row?.type === 'utf8pair') return [id, { name: next('mqtt.prop_key'), value: next('mqtt.prop_value') }];
    if (row?.name === 'contentType') return [id, next('mqtt.property.content_type')];
    if (row?.name === 'topicAlias') return [id, Number(next('mqtt.property.topic_alias'))];
    if (row?.name === 'maximumQos') return [id, Number(next('mqtt.property.max_qos'))];
    if (row?.type === 'utf8' || row?.type === 'binary') {
      const length = Number(next('mqtt.prop_string_len'));
      const shown = next('mqtt.prop_string');
      return [id, row.type === 'utf8' ? shown : { length, shown }];
    }
    return [id, Number(next('mqtt.prop_number'))];
  });
}

function valuesOf(type: string, fields: TsharkFields): Record<string, unknown> {
  const properties = propertyPairs(tree(fields, 'mqtt.properties'));
  const packetId = number(fields, 'mqtt.msgid');
  switch (type) {
    case 'CONNECT':
      return { ...connectValues(fields), properties };
    case 'CONNACK':
      return {
        flags: number(fields, 'mqtt.conack.flags'),
        returnCode: number(fields, 'mqtt.conack.val'),
        reasonCode: number(fields, 'mqtt.connack.reason_code'),
        properties,
      };
    case 'PUBLISH':
      return { ...publishValues(fields), packetId, properties };
    case 'SUBSCRIBE': {
      const options = [...numbers(fields, 'mqtt.sub.qos'), ...numbers(fields, 'mqtt.subscription_options')];
      const subscriptions = texts(fields, 'mqtt.topic').map((filter, index) => [filter, options[index]]);
      return { packetId, properties, subscriptions };
    }
    case 'UNSUBSCRIBE':
      return { packetId, properties, topicFilters: texts(fields, 'mqtt.topic') };
    case 'SUBACK':
    case 'UNSUBACK': {
      const codes = numbers(fields, `mqtt.${type.toLowerCase()}.reason_code`);
      const returnCodes =
        type === 'SUBACK' && properties === undefined ? numbers(fields, 'mqtt.suback.qos') : undefined;
      return { packetId, properties, returnCodes, reasonCodes: properties === undefined ? undefined : codes };
    }
    case 'PINGREQ':
    case 'PINGRESP':
    case 'RESERVED':
      return {};
    default:
      return { packetId, reasonCode: number(fields, `mqtt.${type.toLowerCase()}.reason_code`), properties };
  }
}

function connectValues(fields: TsharkFields): Record<string, unknown> {
  const flags = tree(fields, 'mqtt.conflags_tree') ?? {};
  const will = flag(flags, 'mqtt.conflag.willflag');
  return {
    protocolName: text(fields, 'mqtt.protoname'),
    protocolLevel: number(fields, 'mqtt.ver'),
    flags: {
      userName: flag(flags, 'mqtt.conflag.uname'),
      password: flag(flags, 'mqtt.conflag.passwd'),
      willRetain: flag(flags, 'mqtt.conflag.retain'),
      willQos: number(flags, 'mqtt.conflag.qos'),
      will,
      clean: flag(flags, 'mqtt.conflag.cleansess'),
      reserved: flag(flags, 'mqtt.conflag.reserved'),
    },
    keepAlive: number(fields, 'mqtt.kalive'),
    clientId: text(fields, 'mqtt.clientid'),
    willProperties: propertyPairs(tree(fields, 'mqtt.will_properties')),
    willTopic: text(fields, 'mqtt.willtopic'),
    willPayload: will ? hex(fields, 'mqtt.willmsg') : undefined,
    userName: text(fields, 'mqtt.username'),
    password: text(fields, 'mqtt.passwd'),
  };
}

function publishValues(fields: TsharkFields): Record<string, unknown> {
  const flags = tree(fields, 'mqtt.hdrflags_tree') ?? {};
  // Without a topic on the wire, the one that is shown is the alias resolved.
  const shown = text(fields, 'mqtt.topic');
  const [topic, aliasTopic] = number(fields, 'mqtt.topic_len') === 0 ? ['', shown] : [shown, undefined];
  return {
    dup: flag(flags, 'mqtt.dupflag'),
    qos: number(flags, 'mqtt.qos'),
    retain: flag(flags, 'mqtt.retain'),
    topic,
    aliasTopic,
    payload: hex(fields, 'mqtt.msg'),
  };
}
