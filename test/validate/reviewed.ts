// Must findings in recorded captures that are true: each was confirmed by reading the bytes. One row a rule, party and
// capture; `frames` are the packets as dissect numbers them, 0 for what only a layer below or the end of a connection tells.

export interface Reviewed {
  readonly file: string;
  readonly rule: string;
  readonly party: 'client' | 'server';
  readonly frames: readonly number[];
  /** What the bytes show, and what the specification asks instead. */
  readonly reason: string;
}

export const REVIEWED: readonly Reviewed[] = [
  // Mistakes made on purpose when the fixtures were recorded.
  {
    file: 'auth-without-method-v5.pcap',
    rule: 'client-auth-without-method',
    party: 'client',
    frames: [3],
    reason: 'The client sends AUTH (f0) with method SCRAM-SHA-1; the properties of its CONNECT have no method.',
  },
  {
    file: 'keep-alive-timeout-v5.pcap',
    rule: 'keep-alive-exceeded',
    party: 'client',
    frames: [1],
    reason:
      'The client was stopped for the recording: Keep Alive 5 (00 05), nothing after SUBSCRIBE in frame 8 until the FINs in 11 and 13, 11.7 s later.',
  },
  {
    file: 'properties-scripted-server-v5.pcap',
    rule: 'property-out-of-range',
    party: 'server',
    frames: [2],
    reason: 'CONNACK has 24 02, Maximum QoS 2: only 0 and 1 may be sent, 2 is meant by leaving it out (3.2.2.3.4).',
  },
  {
    file: 'properties-scripted-server-v5.pcap',
    rule: 'response-information-not-requested',
    party: 'server',
    frames: [2],
    reason: 'CONNACK has Response Information (1a "replies/0001"); CONNECT has no properties, so it is not requested.',
  },
  {
    file: 'server-disconnect-v5.pcap',
    rule: 'packet-too-large-client',
    party: 'client',
    frames: [3],
    reason:
      'A PUBLISH of 3,019 bytes after a CONNACK with Maximum Packet Size 1,000 (27 00 00 03 e8); refused with 0x95.',
  },
  {
    file: 'properties-scripted-server-v5.pcap',
    rule: 'shared-subscription-not-available',
    party: 'client',
    frames: [3],
    reason:
      'CONNACK has 2a 00, no shared subscriptions; MQTT.js subscribes to $share/crew/site/3/#, a Protocol Error (3.2.2.3.13).',
  },
  {
    file: 'properties-scripted-server-v5.pcap',
    rule: 'error-not-closed',
    party: 'server',
    frames: [4],
    reason:
      'The scripted server answers that SUBSCRIBE with SUBACK 0x9E and goes on, in place of DISCONNECT 0x9E and the close.',
  },
  {
    file: 'server-disconnect-v5.pcap',
    rule: 'publish-retain-not-available',
    party: 'client',
    frames: [7],
    reason: 'A PUBLISH with RETAIN (31) after a CONNACK with Retain Available 0 (25 00); refused with 0x9A.',
  },
  {
    file: 'server-disconnect-v5.pcap',
    rule: 'publish-above-maximum-qos',
    party: 'client',
    frames: [11],
    reason: 'A PUBLISH with QoS 2 (34) after a CONNACK with Maximum QoS 1 (24 01); refused with 0x9B.',
  },
  {
    file: 'server-disconnect-v5.pcap',
    rule: 'topic-name-wildcard',
    party: 'client',
    frames: [15],
    reason: 'The topic of a PUBLISH is site/+/temp; the server refuses it with 0x82.',
  },
  {
    file: 'server-disconnect-v5.pcap',
    rule: 'property-out-of-range',
    party: 'client',
    frames: [19],
    reason: 'SUBSCRIBE has 0b 00, Subscription Identifier 0, which is a Protocol Error (3.8.2.1.2).',
  },
  {
    file: 'server-disconnect-v5.pcap',
    rule: 'connect-twice',
    party: 'client',
    frames: [23],
    reason: 'The second CONNECT on one connection, packets 21 and 23; the server closes.',
  },
  {
    file: 'websocket-mistakes-v311.pcap',
    rule: 'websocket-subprotocol-not-offered',
    party: 'client',
    frames: [0],
    reason: 'The first upgrade request has no Sec-WebSocket-Protocol; a client has to offer "mqtt".',
  },
  {
    file: 'websocket-mistakes-v311.pcap',
    rule: 'websocket-text-frame',
    party: 'client',
    frames: [0],
    reason: 'The third connection sends its CONNECT in a frame that begins with 81: text, not binary.',
  },
  {
    file: 'websocket-mistakes-v311.pcap',
    rule: 'text-frame-not-closed',
    party: 'server',
    frames: [3],
    reason: 'mosquitto answers the CONNECT of that text frame with CONNACK 0 in place of closing.',
  },
  // What mosquitto 2.0.11 does.
  {
    file: 'retained-options-v5.pcap',
    rule: 'subscription-not-replaced',
    party: 'server',
    frames: [21, 22],
    reason:
      'The reader subscribes to site/3/temp with options 19, then with 21: Retain As Published 0. mosquitto 2.0.11 still delivers what is published after that SUBACK (packets 15 and 19) with 33, RETAIN 1, as the options it should have replaced ask.',
  },
  // Public captures.
  {
    file: 'arkime__mqtt_big.pcap',
    rule: 'delivery-without-subscription',
    party: 'server',
    frames: [15, 17],
    reason:
      'A made-up capture: the server delivers server/bigdata and server/interrupt to a client that has test/# only.',
  },
  {
    file: 'suricata-verify__mqtt-events-invalid-qos__input.pcap',
    rule: 'publish-qos-3',
    party: 'client',
    frames: [3],
    reason: 'Made for a test of QoS 3: the first byte of the PUBLISH is 36, both QoS bits set.',
  },
];
