// What rules on SUBSCRIBE with SUBACK and on UNSUBSCRIBE with UNSUBACK have in common: an answer that nobody asked for, a
// second one, one of the wrong type, one with the wrong count of codes, none at all. A request that could not be read
// whole, or that shares its identifier with another one, is not judged by its answer.

import type { Version } from '../../spec/versions.js';
import type { Example, Violation } from '../example.js';
import { conversationRule, type Ref, type Rule } from '../rule.js';
import { GRACE, GRACE_SECONDS } from '../state/grace.js';
import type { PendingRequest, RequestFact } from '../state/requests.js';

export interface About {
  readonly name: string;
  readonly refs: Readonly<Partial<Record<Version, readonly [Ref, ...Ref[]]>>>;
  readonly violates: readonly Violation[];
  readonly complies: readonly Example[];
}

type Type = PendingRequest['type'];
const ANSWER = { SUBSCRIBE: 'SUBACK', UNSUBSCRIBE: 'UNSUBACK' } as const;
const OTHER = { SUBSCRIBE: 'UNSUBSCRIBE', UNSUBSCRIBE: 'SUBSCRIBE' } as const;

const pathOf = (type: Type): string => `${ANSWER[type].toLowerCase()}.packetId`;
const named = ({ type, packetId, frame }: PendingRequest): string => `${type} ${packetId} of packet #${frame.number}`;

/** Codes and filters can be held against each other: the request, when they can. */
export function comparable(fact: RequestFact | undefined): PendingRequest | undefined {
  if (fact?.kind !== 'answer' || fact.codes === undefined) return undefined;
  const { request } = fact;
  return request?.isWhole === true && !request.isAmbiguous ? request : undefined;
}

/** The answer is under an identifier that no request waits under. */
export function unaskedRule(type: Type, about: About): Rule {
  return conversationRule({
    ...about,
    party: 'server',
    needs: 'client',
    hint: `answer each ${type} under its own Packet Identifier`,
    on: [ANSWER[type]],
    check({ packetId }, verdict, { request, conversation }) {
      if (request?.kind === 'answer') return verdict.hold();
      // Packet Identifier 0 has a rule of its own.
      if (request?.kind !== 'unasked' || packetId === 0) return;
      const { requests } = conversation;
      const fault = { message: `no ${type} waits for an answer under ${packetId}`, path: pathOf(type) };
      if (requests.hasForgotten) verdict.inconclusive('too many requests waited to remember them all', fault);
      else verdict.violate(fault);
    },
  });
}

/** A request has one answer. Holds where that matters most, with several topic filters. */
export function twiceRule(type: Type, about: About): Rule {
  return conversationRule({
    ...about,
    party: 'server',
    needs: 'client',
    hint: `answer each ${type} once, for all of its topic filters`,
    on: [ANSWER[type]],
    check(_packet, verdict, { request: fact }) {
      if (fact?.kind === 'answer' && fact.request!.filters.length > 1) verdict.hold();
      if (fact?.kind !== 'again') return;
      const { request, answered } = fact;
      const message = `${named(request!)} had its answer in packet #${answered!.number}`;
      verdict.violate({ message, path: pathOf(type), since: answered!.time });
    },
  });
}

/** `type` is answered with the answer of the other type. */
export function wrongTypeRule(type: Type, about: About): Rule {
  return conversationRule({
    ...about,
    party: 'server',
    needs: 'client',
    hint: `answer ${type} with ${ANSWER[type]}`,
    on: ['SUBACK', 'UNSUBACK'],
    check({ type: answer }, verdict, { request: fact }) {
      if (fact?.request?.type !== type) return;
      if (fact.kind === 'answer') verdict.hold();
      if (fact.kind !== 'wrong-type') return;
      const message = `${answer} answers ${named(fact.request)}, which asks for ${ANSWER[type]}`;
      verdict.violate({ message, path: pathOf(OTHER[type]) });
    },
  });
}

/** The answer has a code for each topic filter. One without any code has a rule of its own. */
export function countRule(type: Type, about: About): Rule {
  const answer = ANSWER[type];
  return conversationRule({
    ...about,
    party: 'server',
    needs: 'both',
    hint: `send one code for each topic filter of the ${type}, in one ${answer}`,
    on: [answer],
    check(packet, verdict, { request: fact, frame }) {
      const request = comparable(fact);
      if (request === undefined || frame.problems.length > 0) return;
      const [codes, filters] = [fact!.codes!.length, request.filters.length];
      if (codes === filters) return verdict.hold();
      if (codes === 0) return;
      const message = `${codes} ${codes === 1 ? 'code' : 'codes'} for ${filters} topic ${filters === 1 ? 'filter' : 'filters'} of ${named(request)}`;
      const list = packet.reasonCodes === undefined ? 'returnCodes' : 'reasonCodes';
      verdict.violate({ message, path: `${answer.toLowerCase()}.${list}`, since: request.frame.time });
    },
  });
}

/**
 * No answer ever came, though the server went on sending: it had the request by then. Where it sent nothing more it may
 * never have got it.
 */
export function unansweredRule(type: Type, about: About): Rule {
  return conversationRule({
    ...about,
    party: 'server',
    needs: 'server',
    hint: `answer each ${type} with ${ANSWER[type]}, also when nothing changes`,
    on: [ANSWER[type]],
    check(_packet, verdict, { request }) {
      if (request?.kind === 'answer') verdict.hold();
    },
    closed({ conversation, closed }, verdict) {
      const { client, server, requests, opening } = conversation;
      // Who must close the connection answers nothing more, nor does who refused it.
      if (client.offence !== undefined || (opening.connect !== undefined && !opening.accepted)) return;
      for (const request of requests.all()) {
        if (request.type !== type || !isAnswerable(request) || requests.isMisanswered(request)) continue;
        const { frame } = request;
        if (request.filters.length > mostCodes(client.limits.maximumPacketSize)) continue;
        const message = `${named(request)} was not answered`;
        const fault = { message, frame, since: frame.time };
        if (server.lastTime >= frame.time + GRACE) verdict.violate(fault);
        else if (Math.max(closed.time, closed.began) >= frame.time + GRACE) {
          verdict.inconclusive(`the server sent nothing in the ${GRACE_SECONDS} s and more that followed`, fault);
        }
      }
    },
  });
}

function isAnswerable({ isWhole, isAmbiguous, filters, packetId }: PendingRequest): boolean {
  return isWhole && !isAmbiguous && filters.length > 0 && packetId !== 0;
}

/** Codes that fit into an answer of this size: at most 5 bytes of fixed header, 2 of identifier, 1 of properties. */
function mostCodes(maximumPacketSize: number): number {
  return maximumPacketSize - 8;
}
