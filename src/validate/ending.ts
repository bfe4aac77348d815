// Who closed a connection, and was it right? In one sentence: who, how, after what, and whether the specification asks for
// the close, allows it, or nothing that was seen explains it. The explanations are tried in order, the nearest first.

import type { Version } from '../spec/versions.js';
import { codeText } from './code-text.js';
import type { FrameRef } from './finding.js';
import { offenderText } from './offender-text.js';
import type { Closed } from './state/closed.js';
import type { Conversation } from './state/conversation.js';
import { GRACE, spanText } from './state/grace.js';
import type { Half } from './state/half.js';

export interface Ending {
  /** Who began to close; absent when nobody was seen to. */
  readonly by?: 'client' | 'server';
  readonly how: Closed['how'];
  /**
   * asked: the specification wants this close · allowed: it permits it · unexplained: nothing that was seen is a reason ·
   * open: it was not closed before the capture ended · unseen: what tells is not in the capture
   */
  readonly verdict: 'asked' | 'allowed' | 'unexplained' | 'open' | 'unseen';
  /** One sentence in plain words. */
  readonly message: string;
  /** 5.0: the Reason Code that was due, or would have told why. */
  readonly due?: number;
  /** The packet that is the reason. */
  readonly frame?: FrameRef;
}

/** What is known when one side has closed. */
interface Case {
  readonly conversation: Conversation;
  readonly closed: Closed;
  readonly version: Version;
  readonly closer: Half;
  readonly other: Half;
  /** "the server closed", "the client reset the connection". */
  readonly did: string;
}

type Explanation = Pick<Ending, 'verdict' | 'message' | 'due' | 'frame'>;

const KEEP_ALIVE_TIMEOUT = 0x8d;
const TAKEN_OVER = 0x8e;
/** Timers run a little early, and packets take their way. */
const ALLOWANCE = 1e9;

export function endingOf(conversation: Conversation, closed: Closed): Ending {
  const { by, how } = closed;
  if (by === undefined) return { how, ...unclosed(conversation, closed) };
  const closer = conversation.half(by);
  const other = conversation.half(by === 'client' ? 'server' : 'client');
  const did = how === 'rst' ? `the ${by} reset the connection` : `the ${by} closed`;
  const { version } = conversation.info;
  const one: Case = { conversation, closed, version, closer, other, did };
  for (const explain of EXPLANATIONS) {
    const explanation = explain(one);
    if (explanation !== undefined) return { by, how, ...explanation };
  }
  return { by, how, ...unexplained(one) };
}

/** Why nothing of a connection could be judged. */
export function unjudgedOf({ info, client, server, webSocket }: Conversation): string | undefined {
  if (client.packets + server.packets > 0) return undefined;
  if (webSocket.refused !== undefined) return `the WebSocket upgrade was refused (${webSocket.refused})`;
  const { transport } = info;
  if (transport.includes('websocket')) return 'no MQTT packet came over its WebSocket';
  if (transport.includes('tls'))
    return 'no MQTT packet was read inside its TLS: its secrets are not known, or it carried none';
  return client.evidence.hole() ?? server.evidence.hole() ?? 'no MQTT packet was seen in it';
}

const EXPLANATIONS: readonly ((one: Case) => Explanation | undefined)[] = [
  nothingRead,
  refused,
  ownDisconnect,
  othersDisconnect,
  offended,
  takenOver,
  keepAliveOver,
  unanswered,
  clientsChoice,
];

function nothingRead({ conversation, closer, other, did }: Case): Explanation | undefined {
  if (closer.packets + other.packets > 0) return undefined;
  const why = unjudgedOf(conversation) ?? '';
  return { verdict: 'unseen', message: `${did}; why is not known: ${why}` };
}

/** 3.1.4, 3.2.2.3: a server that refuses closes. */
function refused({ conversation: { opening }, closer, did }: Case): Explanation | undefined {
  const { connack } = opening;
  if (connack === undefined || !opening.refused) return undefined;
  const code = codeText('CONNACK', opening.code!, connack.version);
  const verdict = closer.role === 'server' ? 'asked' : 'allowed';
  return { verdict, message: `${did} after CONNACK ${code} had refused the client`, frame: connack };
}

/** 3.14.4: who sends DISCONNECT closes. Why a server sent it is told by its code, and looked for. */
function ownDisconnect(one: Case): Explanation | undefined {
  const { closer, other, did, version } = one;
  const { disconnect } = closer;
  if (disconnect === undefined || (other.disconnect?.number ?? Number.POSITIVE_INFINITY) < disconnect.number)
    return undefined;
  const code = closer.disconnectReason ?? 0;
  const named = version === '5.0' ? ` ${codeText('DISCONNECT', code, version)}` : '';
  const said = `${did} after its DISCONNECT${named}`;
  const frame = disconnect;
  if (version !== '5.0' && closer.role === 'server') {
    return { verdict: 'unexplained', message: `${said}, which only a client sends before 5.0`, frame };
  }
  if (code < 0x80) return { verdict: 'asked', message: said, frame };
  const before = { ...one, did: said, closed: { ...one.closed, began: disconnect.time } };
  return offended(before) ?? takenOver(before) ?? keepAliveOver(before) ?? { verdict: 'allowed', message: said, frame };
}

function othersDisconnect({ closer, other, did, version }: Case): Explanation | undefined {
  const { disconnect } = other;
  if (disconnect === undefined || (version !== '5.0' && other.role === 'server')) return undefined;
  const named = version === '5.0' ? ` ${codeText('DISCONNECT', other.disconnectReason ?? 0, version)}` : '';
  // 5.0: 3.14.4: the receiver should close.
  const verdict = closer.role === 'server' || version === '5.0' ? 'asked' : 'allowed';
  return { verdict, message: `${did} after the ${other.role}'s DISCONNECT${named}`, frame: disconnect };
}

/** 4.8, 5.0: 4.13: a packet at fault asks for the close. */
function offended({ closed, closer, other, did, version }: Case): Explanation | undefined {
  const { offence } = other;
  if (offence === undefined || closed.began - offence.frame.time > GRACE) return undefined;
  const { frame, message, statement, due } = offence;
  const text = `${did} right after ${offenderText(frame)}: ${message} (${statement}), which asks for the close`;
  return { verdict: 'asked', frame, ...owing(`${text}`, due, version, closer) };
}

/** With the Reason Code that was due, and what the closer said instead. */
function owing(
  message: string,
  due: number | undefined,
  version: Version,
  closer: Half,
): { message: string; due?: number } {
  if (due === undefined || version !== '5.0') return { message };
  const said = closer.disconnectReason;
  if (said === due) return { message, due };
  const named = codeText('DISCONNECT', due, version);
  return { message: `${message}; ${named} was due${said === undefined ? ', and no DISCONNECT came' : ''}`, due };
}

/** 3.1.4: the same client connects again. */
function takenOver({ conversation: { link }, closed, closer, did, version }: Case): Explanation | undefined {
  const asked = link?.takenOverBy?.asked;
  if (closer.role !== 'server' || asked === undefined || Math.abs(closed.began - asked.time) > GRACE) return undefined;
  const text = `${did} because the same client connected again (packet #${asked.number})`;
  return { verdict: 'asked', frame: asked, ...owing(text, TAKEN_OVER, version, closer) };
}

/** 3.1.2.10: silence of one and a half times the Keep Alive. */
function keepAliveOver({ conversation, closed, closer, did, version }: Case): Explanation | undefined {
  const { opening, client } = conversation;
  const silence = closed.began - client.lastTime;
  if (closer.role !== 'server' || !(silence >= opening.longestSilence - ALLOWANCE)) return undefined;
  const text = `${did} ${spanText(silence)} after the client's last packet: ${limitText(conversation)} was over`;
  const due = version === '5.0' ? { due: KEEP_ALIVE_TIMEOUT } : {};
  return { verdict: 'asked', message: text, ...due };
}

function limitText({ opening }: Conversation): string {
  const name = opening.serverKeepAlive === undefined ? 'Keep Alive' : 'Server Keep Alive';
  return `${name} ${opening.keepAlive} × 1.5`;
}

/** 3.1.2.10, 3.2: a client closes when the server is silent; a server may close before it has accepted. */
function unanswered({ conversation, closed, closer, did }: Case): Explanation | undefined {
  const { opening, pings } = conversation;
  const { connect, connack } = opening;
  if (connect !== undefined && connack === undefined) {
    const waited = spanText(closed.began - connect.time);
    if (closer.role === 'server') {
      return { verdict: 'allowed', message: `${did} without CONNACK, ${waited} after CONNECT`, frame: connect };
    }
    return { verdict: 'allowed', message: `${did} when no CONNACK had come in ${waited}`, frame: connect };
  }
  const [ping] = pings.open;
  if (closer.role !== 'client' || ping === undefined || closed.began - ping.time < ALLOWANCE) return undefined;
  const waited = spanText(closed.began - ping.time);
  return { verdict: 'asked', message: `${did} when no PINGRESP had come in ${waited} to its PINGREQ`, frame: ping };
}

/** A client may go without a word; its will is published then (3.1.2.5). */
function clientsChoice({ conversation: { link }, closer, did }: Case): Explanation | undefined {
  if (closer.role !== 'client') return undefined;
  const will = link?.will === undefined ? '' : ', so its Will Message is due';
  return { verdict: 'allowed', message: `${did} without DISCONNECT${will}` };
}

function unexplained({ conversation, closed, did }: Case): Explanation {
  const { client, server, opening } = conversation;
  const span = spanText(closed.began - client.lastTime);
  const after = Number.isNaN(client.lastTime) ? '' : ` ${span} after the client's last packet (${client.lastType})`;
  const hole = client.evidence.hole() ?? server.evidence.hole();
  if (hole !== undefined) {
    return { verdict: 'unseen', message: `${did}${after}; the reason may be in what was not seen: ${hole}` };
  }
  const inTime = opening.longestSilence === Number.POSITIVE_INFINITY ? '' : `, well within ${limitText(conversation)},`;
  return { verdict: 'unexplained', message: `${did}${after}${inTime} and nothing that was seen explains it` };
}

function unclosed(conversation: Conversation, { how, time }: Closed): Explanation {
  if (how === 'lost')
    return { verdict: 'unseen', message: 'it was no longer followed: too many connections, or too long silence' };
  if (how === 'reused') {
    return { verdict: 'unseen', message: 'its end is not in the capture: its addresses and ports are used again' };
  }
  const still = 'it was still open when the capture ended';
  const { opening, client, server } = conversation;
  const left = client.disconnect ?? server.disconnect;
  if (left !== undefined) {
    const who = left === client.disconnect ? 'client' : 'server';
    // With nothing after it, nobody had time to close.
    const after = time === left.time ? 'right' : spanText(time - left.time);
    return { verdict: 'open', message: `${still}, ${after} after the ${who}'s DISCONNECT`, frame: left };
  }
  if (opening.refused) {
    const message = `${still}, though CONNACK ${codeText('CONNACK', opening.code!, opening.connack!.version)} refused the client`;
    return { verdict: 'open', message, frame: opening.connack! };
  }
  const offence = client.offence ?? server.offence;
  if (offence !== undefined) {
    const message = `${still}, though packet #${offence.frame.number} (${offence.frame.type}) asks for the close: ${offence.message}`;
    return { verdict: 'open', message, frame: offence.frame };
  }
  const silence = time - client.lastTime;
  if (opening.accepted && silence > opening.longestSilence) {
    const limit = limitText(conversation);
    return {
      verdict: 'open',
      message: `${still}, ${spanText(silence)} after the client's last packet: ${limit} was over`,
    };
  }
  return { verdict: 'open', message: still };
}
