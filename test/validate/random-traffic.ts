// Traffic of a few clients at one server in the notation of examples: mostly as it should be, now and then not, so that usual
// packets come after anything that can make them matter.

import type { Random } from '../support/random.js';

const TOPICS = ['usual/a', 'usual/b', 'usual/c', 'will/1', 'will/2'];
const FILTERS = ['usual/#', 'usual/+', 'usual/a', 'will/#'];
const CONNECTIONS = 9;

interface Client {
  readonly name: string;
  /** Of its connection; 0: it has none. */
  number: number;
  nextId: number;
  /** Answers that are due, with who sends them. */
  readonly due: [sender: string, first: string, id: string][];
}

export function randomTraffic(random: Random, isV5: boolean, steps: number): string {
  const lines: string[] = [];
  const clients: Client[] = ['a', 'b', 'c'].map((name) => ({ name, number: 0, nextId: 1, due: [] }));
  let connections = 0;
  const some = (often: number): boolean => random.below(often) === 0;
  /** What is not as it should be: in some traffic often, in other hardly. */
  const calm = random.pick([1, 6, 40]);
  const amiss = (often: number): boolean => random.below(often * calm) === 0;

  const connect = (client: Client): void => {
    client.number = ++connections;
    client.due.length = 0;
    const will = some(2) ? ` p "${random.pick(['will/1', 'will/2', 'usual/a'])}" 0001 78` : '';
    const flags = (will === '' ? 0 : some(2) ? 0x04 : 0x24) + (some(3) ? 2 : 0);
    const keepAlive = some(2) ? '000a' : '0000';
    lines.push(`${client.number}> 10 { proto ${hex(flags)} ${keepAlive} p "${client.name}"${will} }`);
    lines.push(`${client.number}< 20 { ${some(2) ? '01' : '00'} 00 p }`);
    if (!some(4)) subscribe(client, 'usual/#', 2);
  };
  const subscribe = (client: Client, filter: string, qos: number): void => {
    const id = idOf(client);
    lines.push(`${client.number}> 82 { ${id} p "${filter}" ${hex(qos)} }`);
    if (!amiss(8)) lines.push(`${client.number}< 90 { ${id} p ${hex(qos)} }`);
  };
  const idOf = (client: Client): string => {
    if (!amiss(12)) client.nextId = (client.nextId % 40) + 1;
    return `00${hex(client.nextId)}`;
  };
  const publish = (client: Client): void => {
    const qos = random.below(3);
    const sender = some(2) ? '>' : '<';
    const first = 0x30 + 2 * qos + (amiss(20) ? 8 : 0) + (some(15) ? 1 : 0);
    const mark = amiss(60) ? 'efbbbf' : '';
    const topic = random.pick(TOPICS);
    const alias = some(12) ? `0${random.below(3) + 1}` : undefined;
    const properties =
      alias === undefined ? (some(15) ? 'p{ 5:02 5:00 5:00 5:00 5:05 }' : 'p') : `p{ 5:23 5:00 5:${alias} }`;
    const length = hex(topic.length + mark.length / 2);
    const name = alias !== undefined && isV5 && some(2) ? '0000' : `00 ${length} ${mark} '${topic}'`;
    const id = qos === 0 ? '' : idOf(client);
    lines.push(
      `${client.number}${sender} ${hex(first)} { ${name} ${id} ${properties} '${random.pick(['x', 'yy', 'z'])}' }`,
    );
    const other = sender === '>' ? '<' : '>';
    if (qos === 1) client.due.push([other, '40', id]);
    if (qos === 2) client.due.push([other, '50', id], [sender, '62', id], [other, '70', id]);
  };
  const answer = (client: Client): void => {
    const at = amiss(15) ? random.below(client.due.length + 1) : 0;
    const [due] = client.due.splice(at, 1);
    if (due === undefined) return;
    const [sender, first, id] = due;
    lines.push(`${client.number}${sender} ${amiss(25) ? random.pick(['40', '50', '62', '70']) : first} { ${id} }`);
  };
  const leave = (client: Client): void => {
    if (some(2)) lines.push(`${client.number}> e0 { }`);
    if (!some(4)) lines.push(`${some(2) ? 'fin' : 'rst'} ${client.number}>`);
    client.number = 0;
  };

  for (let step = 0; step < steps; step++) {
    const client = random.pick(clients);
    if (client.number === 0) {
      if (connections < CONNECTIONS) connect(client);
      continue;
    }
    const what = random.below(100);
    if (what < 40) publish(client);
    else if (what < 88) for (let n = random.below(4); n >= 0; n--) answer(client);
    else if (what < 92) lines.push(`wait ${amiss(1) ? random.pick([9, 16, 40]) : random.pick([1, 2])}s`);
    else if (what < 95) lines.push(`${client.number}> c0 { }`, `${client.number}< d0 { }`);
    else if (what < 97) subscribe(client, random.pick(FILTERS), random.below(3));
    else if (what < 98) lines.push(`${client.number}> a2 { ${idOf(client)} p "${random.pick(FILTERS)}" }`);
    else if (what < 99 && amiss(1))
      lines.push(some(2) ? `lost ${client.number}${some(2) ? '>' : '<'}` : `${client.number}> 36 { "usual/a" 0001 p }`);
    else if (what === 99) leave(client);
  }
  return lines.join('\n');
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
