// Whether a will comes when it must (3.1.2.5; 5.0 also 3.1.3.2.2): after a connection that ended without the client's
// leave, not before its delay is over. Judged by those who were subscribed to its topic: a PUBLISH of the server with the
// topic and payload of a will is taken for it, unless somebody was seen to publish the same. That it never came is said
// when the subscriber's connection ends, since a server may take its time ("promptly" is a SHOULD).

import { type RuleSet, sessionRule } from '../rule.js';
import { spanText } from '../state/grace.js';
import { accuseWills, willInTime, willText } from '../will-verdicts.js';

/** Connection 1 subscribes to the topic of the will of connection 2. */
export const WATCHED = `
  > 10 { proto 02 003c p "s" }
  < 20 { 00 00 p }
  > 82 { 0001 p "w" 00 }
  < 90 { 0001 p 00 }`;
export const WITH_WILL = `${WATCHED}
  2> 10 { proto 06 003c p "a" p "w" "x" }
  2< 20 { 00 00 p }
  wait 5s`;
const ENDED = `${WITH_WILL}
  fin 2>
  fin 2<`;
const DELAYED = `${WATCHED}
  2> 10 { proto 04 003c p{11 00000e10} "a" p{18 0000003c} "w" "x" }
  2< 20 { 00 00 p }
  wait 5s
  fin 2>
  fin 2<`;
export const LATER = `
  wait 30s
  > c0 00
  < d0 00`;

export const WILL_PUBLICATION: RuleSet = {
  rules: [
    sessionRule({
      name: 'will-not-published',
      asked: 'will',
      refs: { '3.1': ['§2.2'], '3.1.1': ['MQTT-3.1.2-8'], '5.0': ['MQTT-3.1.2-8', 'MQTT-3.1.2-7'] },
      party: 'server',
      needs: 'server',
      hint: 'publish the will when the connection ends and the client has not sent DISCONNECT',
      on: ['PUBLISH'],
      check(_packet, verdict, event) {
        if (willInTime(event) !== undefined) verdict.hold();
      },
      closed({ conversation }, verdict) {
        const { link, server } = conversation;
        for (const will of link?.silentWills ?? []) {
          if (will.fate !== 'due' || will.isPublished) continue;
          const since = will.dueFrom;
          const message = `${willText(will)} was never sent to this subscriber nor to another: its connection ended ${spanText(server.lastTime - will.dueBy)} before the server's last packet here`;
          if (server.lastTime > will.dueBy) verdict.violate({ message, frame: will.message.frame, since });
          else {
            const reason = 'the server sent this subscriber nothing after it';
            verdict.inconclusive(reason, {
              message: `${willText(will)} was not seen published`,
              frame: will.message.frame,
            });
          }
        }
      },
      violates: [
        { title: 'a connection ends without DISCONNECT', transcript: `${ENDED}${LATER}`, frame: 5 },
        {
          title: 'a will delay is over',
          versions: ['5.0'],
          transcript: `${DELAYED}${LATER}
            wait 50s
            > c0 00
            < d0 00`,
          frame: 5,
        },
        {
          title: 'DISCONNECT asks for the will (0x04)',
          versions: ['5.0'],
          transcript: `${WITH_WILL}
            2> e0 { 04 p }
            fin 2>
            fin 2<${LATER}`,
          frame: 5,
        },
      ],
      complies: [
        {
          title: 'it comes after the end of the connection',
          transcript: `${ENDED}
            < 30 { "w" p 'x' }`,
        },
      ],
    }),
    sessionRule({
      name: 'will-published-early',
      asked: 'will',
      refs: { '5.0': ['MQTT-3.1.2-8', '§3.1.3.2.2'] },
      party: 'server',
      needs: 'nothing',
      hint: 'hold the will back until its Will Delay Interval has passed or the session has ended',
      on: ['PUBLISH'],
      check(_packet, verdict, event) {
        if ((willInTime(event)?.wait ?? 0) > 0) verdict.hold();
      },
      closed(event, verdict) {
        accuseWills(event, verdict, 'early', (will, { time }) => {
          const before = spanText(will.dueFrom - time);
          return `this is ${willText(will)}, ${before} before its Will Delay Interval of ${will.delay} s is over`;
        });
      },
      violates: [
        {
          title: 'at once, though it has a delay',
          transcript: `${DELAYED}
            < 30 { "w" 00 'x' }`,
          frame: 7,
        },
      ],
      complies: [
        {
          title: 'after its delay',
          transcript: `${DELAYED}
            wait 61s
            < 30 { "w" 00 'x' }`,
        },
      ],
    }),
  ],
  unjudged: [],
};
