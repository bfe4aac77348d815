// The blocks of a pcapng file with one interface of raw IP packets and times in nanoseconds: what a section begins with,
// and one block per packet. Little-endian. (draft-ietf-opsawg-pcapng 4.1, 4.2, 4.3)

const LINKTYPE_RAW = 101;
const NANOSECONDS = 9;
const WORD = 2n ** 32n;

/** Section Header Block and Interface Description Block, with the program's name. */
export function pcapngStart(program: string, interfaceName: string): Uint8Array {
  const noLength = new Uint8Array(8).fill(0xff);
  const section = block(0x0a0d0d0a, [word(0x1a2b3c4d), halves(1, 0), noLength, option(4, program), END]);
  const resolution = Uint8Array.of(9, 0, 1, 0, NANOSECONDS, 0, 0, 0);
  const description = block(1, [halves(LINKTYPE_RAW, 0), word(0), option(2, interfaceName), resolution, END]);
  return joined([section, description]);
}

/** Enhanced Packet Block; `time` in nanoseconds since 1970. */
export function pcapngPacket(time: bigint, bytes: Uint8Array): Uint8Array {
  const padded = (bytes.length + 3) & ~3;
  const whole = new Uint8Array(32 + padded);
  const view = new DataView(whole.buffer);
  view.setUint32(0, 6, true);
  view.setUint32(4, whole.length, true);
  view.setUint32(12, Number(time / WORD), true);
  view.setUint32(16, Number(time % WORD), true);
  view.setUint32(20, bytes.length, true);
  view.setUint32(24, bytes.length, true);
  whole.set(bytes, 28);
  view.setUint32(28 + padded, whole.length, true);
  return whole;
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const END = new Uint8Array(4);

function block(type: number, body: readonly Uint8Array[]): Uint8Array {
  const inner = joined(body);
  const length = word(inner.length + 12);
  return joined([word(type), length, inner, length]);
}

function option(code: number, text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  return joined([halves(code, bytes.length), bytes, new Uint8Array(-bytes.length & 3)]);
}

function word(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

function halves(first: number, second: number): Uint8Array {
  return word(first + second * 65_536);
}
