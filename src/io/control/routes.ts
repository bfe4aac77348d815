// What can be asked: a row for each method of each path.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, jsonAnswer, Refusal, textAnswer } from './answer.js';
import { readBody, ruleOf } from './body.js';
import type { ControlLimits } from './limits.js';
import type { PacketStreams } from './packet-stream.js';
import { metricsObject, PROMETHEUS_TYPE, prometheusText } from './prometheus.js';
import type { ProxyControl } from './proxy-control.js';

export interface Asked {
  readonly control: ProxyControl;
  readonly limits: ControlLimits;
  readonly streams: PacketStreams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  /** The number in the path; 0 where there is none. */
  readonly number: number;
}

/** undefined: it has been answered, or goes on being so. */
type Handler = (asked: Asked) => Promise<Answer | undefined>;

interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly help: string;
  readonly handle: Handler;
}

const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/', help: 'this list', handle: async () => textAnswer(overview()) },
  {
    method: 'GET',
    path: '/connections',
    help: 'open connections',
    handle: async ({ control }) => jsonAnswer(await control.connections()),
  },
  {
    method: 'DELETE',
    path: '/connections/N',
    help: 'cut connection N: ?how=rst (as it is without) or ?how=fin',
    handle: cut,
  },
  {
    method: 'GET',
    path: '/counters',
    help: 'what has been counted',
    handle: async ({ control }) => jsonAnswer(metricsObject(await control.counters())),
  },
  {
    method: 'GET',
    path: '/metrics',
    help: 'the same for Prometheus',
    handle: async ({ control }) => textAnswer(prometheusText(await control.counters()), PROMETHEUS_TYPE),
  },
  {
    method: 'GET',
    path: '/faults',
    help: 'rules for faults, with how often they did something',
    handle: async ({ control }) => jsonAnswer(await control.faults()),
  },
  {
    method: 'POST',
    path: '/faults',
    help: 'add a rule: a one-liner, {"fault": "one-liner"}, or JSON',
    handle: addFault,
  },
  { method: 'DELETE', path: '/faults/N', help: 'remove rule N', handle: removeFault },
  {
    method: 'GET',
    path: '/packets',
    help: 'packets and events as they pass: server-sent events, each a line of ndjson',
    handle: async ({ streams, request, response }) => {
      streams.add(response, request.socket);
      return undefined;
    },
  },
];

function overview(): string {
  const rows = ROUTES.map(({ method, path, help }) => `${method.padEnd(6)} ${path.padEnd(14)} ${help}\n`);
  return `The control interface of mqtt-dissect proxy.\n\n${rows.join('')}`;
}

async function cut({ control, number, query }: Asked): Promise<Answer> {
  const how = query.get('how') ?? 'rst';
  if (how !== 'fin' && how !== 'rst') throw new Refusal(400, `how is fin or rst, not ${JSON.stringify(how)}`);
  if (!(await control.cut(number, how))) throw new Refusal(404, `there is no connection ${number}`);
  return jsonAnswer({ cut: number, how });
}

async function addFault({ control, request, limits }: Asked): Promise<Answer> {
  const number = await control.addFault(ruleOf(await readBody(request, limits.bodyBytes)));
  return jsonAnswer({ number }, 201, { Location: `/faults/${number}` });
}

async function removeFault({ control, number }: Asked): Promise<Answer> {
  if (!(await control.removeFault(number))) throw new Refusal(404, `there is no fault ${number}`);
  return jsonAnswer({ removed: number });
}

export interface Found {
  readonly handle: Handler;
  readonly query: URLSearchParams;
  readonly number: number;
}

/** Paths are compared as they are written: an encoded letter is another path. Throws Refusal. */
export function routeOf(method: string, url: string): Found {
  const [path = '', query = ''] = url.split('?', 2);
  const [, digits] = /^\/[a-z]+\/(\d{1,15})$/.exec(path) ?? [];
  const named = digits === undefined ? path : path.replace(digits, 'N');
  const routes = path.endsWith('N') ? [] : ROUTES.filter((route) => route.path === named);
  if (routes.length === 0) throw new Refusal(404, 'there is no such path: GET / lists what there is');
  const route = routes.find((one) => one.method === method);
  if (route === undefined) {
    const allow = routes.map((one) => one.method).join(', ');
    throw new Refusal(405, `${method} is not possible here: ${allow}`, { Allow: allow });
  }
  return { handle: route.handle, query: new URLSearchParams(query), number: Number(digits ?? 0) };
}
