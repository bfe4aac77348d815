// What must be there for a rule to have anything to say about a packet. Most packets have no problems, no properties and
// no odd characters, belong to no QoS 1 or 2 exchange that went astray and meet no limit of their receiver: rules about
// these are not even asked then, which is what keeps judging cheap. How the gates of a packet are found: gates-of.ts.

/**
 * Of which packets of its types a rule is asked (`asked`):
 *
 * - always: of every one
 * - problems: only of packets that could not be read without one; any other keeps the rule
 * - characters: only of packets with U+0000, control or non-characters in a string; any other keeps the rule
 * - properties: only of packets with properties (or problems)
 * - flow: only of packets of a QoS 1 or 2 exchange (`event.flow`)
 * - limits: only of packets whose receiver announced a limit (5.0)
 * - delivery: only of what a server sends to a known session (`event.delivery`)
 * - published: of those only the ones whose publication was seen
 * - retained: of those only the ones with RETAIN 1, or published with it
 * - forwarded: of those only the ones published with properties; with the same ones as the message before, and as they were
 *   published, not again: what such a packet keeps it has kept in this connection
 * - unsettled: only while the connection is being opened, and after a refusal or the sender's DISCONNECT
 * - keep-alive, server-keep-alive: only while the one or the other is in force
 * - will: only of what may be a will, or where one is due (`event.will`)
 * - qos-0: only of a PUBLISH with QoS 0; qos-1, qos-2: of packets of an exchange of this QoS
 * - identified: of a PUBLISH only with a Packet Identifier
 * - coded: of an acknowledgement only with a Reason Code
 * - quota: of a PUBLISH in an exchange only when the quota is used up, of an acknowledgement once it was
 * - aliased: of an acknowledgement only when its receiver has used Topic Aliases
 * - followed: of an acknowledgement only when later messages wait for theirs
 * - reused, reused-otherwise: of an acknowledgement only when the message before under its identifier was ended by PUBACK,
 *   or by something else
 *
 * Signs that something may be wrong (`asked` and `faults`); where they cannot be told at little cost, they are there:
 *
 * - odd: a packet that is not like most of its type: DUP on QoS 0, no topic, flags, a Reason Code but 0, too long, a PINGRESP
 *   that no PINGREQ waits for or while the quota was used up …
 * - odd-property: a property that is not harmless (an alias, a Response Topic …), or one twice
 * - odd-flow: a message that is sent again, an acknowledgement but the one that is due
 * - odd-delivery: anything but a message that came by one plain subscription, live, with the QoS that it should have
 * - odd-retain: of those with RETAIN 1, or published with it, anything but a message that is passed on live with RETAIN 0,
 *   where no subscription has Retain As Published
 * - overdue: the client was silent for its Keep Alive
 * - none: never
 *
 * A packet that does not open the gate of `asked` keeps the rule where that is said above, to others the rule says nothing.
 */
export type Asked = keyof typeof GATES;

/** A bit each. */
export const GATES = {
  none: 0,
  always: 1,
  problems: 1 << 1,
  characters: 1 << 2,
  properties: 1 << 3,
  flow: 1 << 4,
  limits: 1 << 5,
  delivery: 1 << 6,
  retained: 1 << 7,
  forwarded: 1 << 8,
  unsettled: 1 << 9,
  'keep-alive': 1 << 10,
  'server-keep-alive': 1 << 11,
  will: 1 << 12,
  published: 1 << 13,
  'qos-0': 1 << 14,
  'qos-1': 1 << 15,
  'qos-2': 1 << 16,
  identified: 1 << 17,
  coded: 1 << 18,
  quota: 1 << 19,
  aliased: 1 << 20,
  reused: 1 << 21,
  'reused-otherwise': 1 << 22,
  odd: 1 << 23,
  'odd-property': 1 << 24,
  'odd-flow': 1 << 25,
  'odd-delivery': 1 << 26,
  overdue: 1 << 27,
  followed: 1 << 28,
  'odd-retain': 1 << 29,
} as const;

/** Every rule is asked. */
export const ALL_GATES = 2 ** 30 - 1;

/** Whether a packet of its types that it is not asked about keeps the rule. */
export function holdsUnasked(asked: Asked): boolean {
  return asked === 'problems' || asked === 'characters';
}
