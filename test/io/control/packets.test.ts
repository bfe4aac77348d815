// Packets as they pass: what a reader of the stream gets, and what a reader that is too slow does not.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOST, type Running, replyOf, request, running } from './asking.js';

let control: Running;
beforeEach(async () => {
  control = await running({ limits: { subscribers: 2, waitingBytes: 64 * 1024 } });
});
afterEach(() => control.close());

/** As the standard for server-sent events reads it; a comment is an event named ":". */
function eventOf(block: string): { event: string; data: string } {
  const fields = block.split('\n').map((line) => /^([^:]*):? ?(.*)$/s.exec(line)!);
  const of = (name: string) => fields.filter((field) => field[1] === name).map((field) => field[2]!);
  return { event: of('event')[0] ?? (of('').length > 0 ? ':' : 'message'), data: of('data').join('\n') };
}

async function opened(
  one = control,
): Promise<{ events: AsyncGenerator<{ event: string; data: string }>; end(): void }> {
  const abort = new AbortController();
  const response = await fetch(`${one.url}/packets`, { signal: abort.signal });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  async function* events() {
    let text = '';
    for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
      text += part;
      const blocks = text.split('\n\n');
      text = blocks.pop()!;
      yield* blocks.map(eventOf);
    }
  }
  return { events: events(), end: () => abort.abort() };
}

/** Until it is so; something else has to make it so. */
async function until(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const packet = (number: number, padding = '') => JSON.stringify({ packet: number, padding });
const COMMENT = { event: ':', data: '' };

describe('a stream', () => {
  it('has a line for each packet from the moment on in which it is there', async () => {
    control.fake.tell(packet(0));
    const { events, end } = await opened();
    control.fake.tell(packet(1));
    control.fake.tell(`${packet(2, 'Grüße\u2028\n')}\n`);
    expect((await events.next()).value).toEqual(COMMENT);
    expect((await events.next()).value).toEqual({ event: 'message', data: packet(1) });
    expect((await events.next()).value).toEqual({ event: 'message', data: packet(2, 'Grüße\u2028\n') });
    end();
    await until(() => control.fake.listeners.size === 0);
  });

  it('goes to all who read', async () => {
    const [one, other] = [await opened(), await opened()];
    control.fake.tell(packet(1));
    for (const { events } of [one, other]) {
      await events.next();
      expect((await events.next()).value).toEqual({ event: 'message', data: packet(1) });
    }
  });

  it('is one of few', async () => {
    const [one] = [await opened(), await opened()];
    const { status, body } = replyOf(await control.raw(request('GET', '/packets')));
    expect([status, JSON.parse(body)]).toEqual([503, { error: 'there are 2 streams of packets already: close one' }]);
    one.end();
    await until(() => control.fake.listeners.size === 1);
    await opened();
  });

  it('shows that it lives', async () => {
    const living = await running({ limits: { heartbeat: 5 } });
    const { events } = await opened(living);
    for (let number = 0; number < 3; number++) expect((await events.next()).value).toEqual(COMMENT);
    await living.close();
  });

  it('outlives silence', async () => {
    const living = await running({ limits: { idleTimeout: 50 } });
    const { events } = await opened(living);
    const silent = living.socket(`GET / HTTP/1.1\r\nHost: ${HOST}:$\r\n`);
    // Closed for being silent longer than the stream is.
    await new Promise((resolve) => silent.resume().once('close', resolve));
    living.fake.tell(packet(1));
    await events.next();
    expect((await events.next()).value).toEqual({ event: 'message', data: packet(1) });
    await living.close();
  });

  it('ends with the control interface', async () => {
    const { events } = await opened();
    control.fake.tell(packet(1));
    await control.close();
    const rest = [];
    for await (const event of events) rest.push(event);
    expect(rest).toEqual([COMMENT, { event: 'message', data: packet(1) }]);
    expect(control.fake.listeners.size).toBe(0);
  });

  it('that waits behind another one on its connection goes with it', async () => {
    const twice = request('GET', '/packets').replace('Connection: close\r\n', '').repeat(2);
    const socket = control.socket(twice);
    await until(() => control.fake.listeners.size === 2);
    control.fake.tell(packet(1));
    socket.destroy();
    await until(() => control.fake.listeners.size === 0);
    await opened();
  });
});

describe('a slow reader', () => {
  const padding = 'x'.repeat(1000);

  it('loses lines and is told how many, where they are missing', async () => {
    // Nothing is read before something is asked for.
    const { events } = await opened();
    const COUNT = 30_000;
    for (let number = 0; number < COUNT; number++) {
      control.fake.tell(packet(number, padding));
      if (number % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await events.next()).value).toEqual(COMMENT);
    let next = 0;
    let lines = 0;
    // Nothing passes any more, and what is missing at the end is told all the same.
    while (next < COUNT) {
      const { event, data } = (await events.next()).value!;
      const value = JSON.parse(data);
      if (event === 'dropped') {
        next += value.dropped;
      } else {
        expect(value.packet).toBe(next++);
        lines++;
      }
    }
    expect(next).toBe(COUNT);
    // 30 MB, of which only what the system's own buffers take has been kept.
    expect(lines).toBeLessThan(COUNT / 2);
    control.fake.tell('"last"');
    expect((await events.next()).value).toEqual({ event: 'message', data: '"last"' });
  });

  it('does not hold up others', async () => {
    await opened();
    const { events } = await opened();
    await events.next();
    for (let number = 0; number < 20_000; number++) {
      control.fake.tell(packet(number, padding));
      expect(JSON.parse((await events.next()).value!.data).packet).toBe(number);
    }
  });
});
