// MQTT over WebSocket (6): binary frames, the subprotocol "mqtt" offered and chosen. The upgrade comes before the CONNECT
// that tells the version, so it is judged with the CONNECT, or when the connection has ended.

import { conversationRule, type RuleSet } from '../rule.js';
import type { Conversation } from '../state/conversation.js';

const MQTT = 'upgrade > "mqtt" < "mqtt"\n';
const DIALOGUE = '> 10 { proto 02 003c p "a" }\n< 20 { 00 00 p }\n> c0 00\n< d0 00\n> e0 00\nfin >\nfin <';

function listText(names: readonly string[]): string {
  return names.length === 0 ? 'no subprotocol' : names.map((name) => `"${name}"`).join(', ');
}

function messagesOf({ webSocket, client, server }: Conversation): number {
  return webSocket.messages > 0 ? client.packets + server.packets : 0;
}

export const WEBSOCKET: RuleSet = {
  rules: [
    conversationRule({
      name: 'websocket-text-frame',
      refs: { '3.1.1': ['MQTT-6.0.0-1'], '5.0': ['MQTT-6.0.0-1'] },
      party: 'sender',
      hint: 'send MQTT in binary frames',
      due: 0x82,
      needs: 'nothing',
      on: [],
      layer({ layer, code, message, sender }, verdict) {
        if (layer === 'websocket' && code === 'text-frame' && sender !== undefined) verdict.violate({ message });
      },
      closed({ conversation }, verdict) {
        if (messagesOf(conversation) > 0) verdict.hold();
      },
      violates: [
        {
          title: 'PINGREQ in a text frame',
          transcript: `${MQTT}> 10 { proto 02 003c p "a" }\n< 20 { 00 00 p }\n> text c0 00\nfin <`,
          frame: 0,
        },
      ],
      complies: [{ title: 'binary frames', transcript: MQTT + DIALOGUE }],
    }),
    conversationRule({
      name: 'websocket-subprotocol-not-offered',
      refs: { '3.1.1': ['MQTT-6.0.0-3'], '5.0': ['MQTT-6.0.0-3'] },
      party: 'client',
      hint: 'offer "mqtt" in Sec-WebSocket-Protocol',
      needs: 'nothing',
      on: ['CONNECT'],
      check(_packet, verdict, { fromClient, conversation: { webSocket, opening } }) {
        const { upgrade } = webSocket;
        if (!fromClient || opening.connect !== undefined || upgrade?.offered === undefined) return;
        if (upgrade.offered.includes('mqtt')) verdict.hold();
        else {
          const message = `the client offers ${listText(upgrade.offered)} in its WebSocket upgrade; "mqtt" is due`;
          verdict.violate({ message, frame: upgrade.frame });
        }
      },
      violates: [
        {
          title: 'mqttv3.1 only',
          transcript: `upgrade > "mqttv3.1" < "mqttv3.1"\n${DIALOGUE}`,
          frame: 0,
          unavoidable: ['websocket-subprotocol-not-chosen'],
        },
      ],
      complies: [{ title: 'mqtt among others', transcript: `upgrade > "mqttv3.1, mqtt" < "mqtt"\n${DIALOGUE}` }],
    }),
    conversationRule({
      name: 'websocket-subprotocol-not-chosen',
      refs: { '3.1.1': ['MQTT-6.0.0-4'], '5.0': ['MQTT-6.0.0-4'] },
      party: 'server',
      hint: 'choose "mqtt" in Sec-WebSocket-Protocol',
      needs: 'nothing',
      on: ['CONNECT'],
      check(_packet, verdict, { fromClient, conversation: { webSocket, opening } }) {
        const { upgrade } = webSocket;
        if (!fromClient || opening.connect !== undefined || upgrade === undefined) return;
        const { offered, chosen } = upgrade;
        if (chosen === 'mqtt') verdict.hold();
        // Nothing was offered from which it could have chosen: the client's fault.
        else if (chosen !== undefined || offered === undefined || offered.includes('mqtt')) {
          const what = chosen === undefined ? 'no subprotocol' : `the subprotocol "${chosen}"`;
          const message = `the server chooses ${what} in its WebSocket upgrade; "mqtt" is due`;
          verdict.violate({ message, frame: { ...upgrade.frame, direction: 'server-to-client' } });
        }
      },
      violates: [{ title: 'none chosen', transcript: `upgrade > "mqtt" < ""\n${DIALOGUE}`, frame: 0 }],
      complies: [{ title: 'mqtt', transcript: MQTT + DIALOGUE }],
    }),
    conversationRule({
      name: 'websocket-frame-mask',
      refs: { '3.1.1': ['§6'], '5.0': ['§6'] },
      level: 'note',
      party: 'client',
      hint: 'mask every frame of a client and none of a server (RFC 6455, 5.1)',
      needs: 'nothing',
      on: [],
      closed({ conversation }, verdict) {
        const { unmasked, masked } = conversation.webSocket;
        if (unmasked !== undefined) {
          verdict.violate({ message: 'the client does not mask its WebSocket frames', frame: unmasked });
        }
        if (masked !== undefined) {
          verdict.violate({ message: 'the server masks its WebSocket frames', frame: masked, party: 'server' });
        }
        if (unmasked === undefined && masked === undefined && messagesOf(conversation) > 0) verdict.hold();
      },
      violates: [
        {
          title: 'a client without masks',
          transcript: `${MQTT}> bare 10 { proto 02 003c p "a" }\n< 20 { 00 00 p }\n> bare e0 00\nfin >\nfin <`,
          frame: 0,
        },
      ],
      complies: [{ title: 'masked', transcript: MQTT + DIALOGUE }],
    }),
  ],
  unjudged: [
    {
      refs: { '3.1.1': ['MQTT-6.0.0-2'], '5.0': ['MQTT-6.0.0-2'] },
      kind: 'scenario',
      why: 'what a receiver assumes shows when packets come cut over several frames, and several in one: send them so and see that all are answered',
    },
  ],
};
