// All rules, by the file that holds them: a file answers for the statements of its part of the specification.

import type { Rule, RuleSet, Unjudged } from '../rule.js';
import { ACKNOWLEDGEMENTS } from './acknowledgements.js';
import { AUTH_PACKET } from './auth-packet.js';
import { AUTHENTICATION } from './authentication.js';
import { CLOSING } from './closing.js';
import { CONFORMANCE } from './conformance.js';
import { CONNACK } from './connack.js';
import { CONNECT_FLAGS } from './connect-flags.js';
import { CONNECT_PAYLOAD } from './connect-payload.js';
import { CONNECT_PROTOCOL } from './connect-protocol.js';
import { CONNECT_UTF8 } from './connect-utf8.js';
import { DELIVERY_EXCHANGES } from './delivery-exchanges.js';
import { DELIVERY_SUBSCRIPTIONS } from './delivery-subscriptions.js';
import { DISCONNECT_EXCHANGE } from './disconnect-exchange.js';
import { DISCONNECT_PACKET } from './disconnect-packet.js';
import { ERRORS } from './errors.js';
import { FIXED_HEADER } from './fixed-header.js';
import { FORWARDING } from './forwarding.js';
import { GRANTED_QOS } from './granted-qos.js';
import { KEEP_ALIVE } from './keep-alive.js';
import { MALFORMED } from './malformed.js';
import { MESSAGE_EXPIRY } from './message-expiry.js';
import { NO_LOCAL } from './no-local.js';
import { OPENING } from './opening.js';
import { OPENING_CONNECT } from './opening-connect.js';
import { OPENING_INFORMATION } from './opening-information.js';
import { OPENING_REFUSED } from './opening-refused.js';
import { ORDERING } from './ordering.js';
import { PACKET_IDENTIFIER } from './packet-identifier.js';
import { PACKET_SIZE } from './packet-size.js';
import { PACKET_SIZE_DIAGNOSTICS } from './packet-size-diagnostics.js';
import { PAYLOAD_FORMAT } from './payload-format.js';
import { PING_EXCHANGE } from './ping-exchange.js';
import { PROPERTY_RULES } from './properties.js';
import { PROPERTY_VALUES } from './properties-values.js';
import { PUBLISH } from './publish.js';
import { PUBLISH_PROPERTIES } from './publish-properties.js';
import { QOS_2_DUPLICATES } from './qos-2-duplicates.js';
import { QOS_2_RELEASE } from './qos-2-release.js';
import { QOS_2_UNANSWERED } from './qos-2-unanswered.js';
import { QOS_ACKNOWLEDGEMENTS } from './qos-acknowledgements.js';
import { QOS_IDENTIFIER_REUSE } from './qos-identifier-reuse.js';
import { QOS_UNANSWERED } from './qos-unanswered.js';
import { RECEIVE_MAXIMUM } from './receive-maximum.js';
import { REQUESTS_SUBSCRIBE } from './requests-subscribe.js';
import { REQUESTS_UNSUBSCRIBE } from './requests-unsubscribe.js';
import { RETAIN_FLAG } from './retain-flag.js';
import { RETAINED_MISSING } from './retained-missing.js';
import { RETAINED_STATE } from './retained-state.js';
import { RETAINED_UNASKED } from './retained-unasked.js';
import { RETRY } from './retry.js';
import { RETRY_DUP } from './retry-dup.js';
import { RETRY_OWED } from './retry-owed.js';
import { SERVER_LIMITS } from './server-limits.js';
import { SERVER_LIMITS_SUBSCRIPTIONS } from './server-limits-subscriptions.js';
import { SERVER_ORDERING } from './server-ordering.js';
import { SESSION_CLIENT } from './session-client.js';
import { SESSION_MESSAGES } from './session-messages.js';
import { SESSION_PRESENT } from './session-present.js';
import { SESSION_RETAINED } from './session-retained.js';
import { SHARED_SUBSCRIPTION_FILTERS } from './shared-subscription-filters.js';
import { SHARED_SUBSCRIPTIONS } from './shared-subscriptions.js';
import { SUBACK } from './suback.js';
import { SUBSCRIBE } from './subscribe.js';
import { SUBSCRIPTION_IDENTIFIER } from './subscription-identifier.js';
import { TAKE_OVER } from './take-over.js';
import { TOPIC_ALIAS } from './topic-alias.js';
import { TOPIC_FILTERS } from './topic-filters.js';
import { TOPIC_NAMES } from './topic-names.js';
import { UNSUBACK } from './unsuback.js';
import { UNSUBSCRIBE } from './unsubscribe.js';
import { UTF8 } from './utf8.js';
import { UTF8_MARK } from './utf8-mark.js';
import { VARIABLE_BYTE_INTEGER } from './variable-byte-integer.js';
import { WEBSOCKET } from './websocket.js';
import { WILL_PUBLICATION } from './will-publication.js';
import { WILL_RETENTION } from './will-retention.js';
import { WILL_WITHDRAWN } from './will-withdrawn.js';

const SETS: readonly RuleSet[] = [
  FIXED_HEADER,
  VARIABLE_BYTE_INTEGER,
  MALFORMED,
  UTF8,
  UTF8_MARK,
  PROPERTY_RULES,
  PROPERTY_VALUES,
  CONNECT_PROTOCOL,
  CONNECT_FLAGS,
  CONNECT_PAYLOAD,
  CONNECT_UTF8,
  CONNACK,
  PUBLISH,
  PUBLISH_PROPERTIES,
  PAYLOAD_FORMAT,
  TOPIC_NAMES,
  TOPIC_FILTERS,
  SHARED_SUBSCRIPTION_FILTERS,
  SUBSCRIBE,
  UNSUBSCRIBE,
  SUBACK,
  UNSUBACK,
  ACKNOWLEDGEMENTS,
  DISCONNECT_PACKET,
  AUTH_PACKET,
  DELIVERY_SUBSCRIPTIONS,
  GRANTED_QOS,
  PACKET_IDENTIFIER,
  SESSION_PRESENT,
  SESSION_CLIENT,
  SESSION_MESSAGES,
  SESSION_RETAINED,
  TAKE_OVER,
  WILL_PUBLICATION,
  WILL_RETENTION,
  WILL_WITHDRAWN,
  OPENING,
  OPENING_CONNECT,
  OPENING_REFUSED,
  OPENING_INFORMATION,
  KEEP_ALIVE,
  PING_EXCHANGE,
  DISCONNECT_EXCHANGE,
  AUTHENTICATION,
  CLOSING,
  ERRORS,
  WEBSOCKET,
  CONFORMANCE,
  QOS_ACKNOWLEDGEMENTS,
  QOS_2_RELEASE,
  REQUESTS_SUBSCRIBE,
  REQUESTS_UNSUBSCRIBE,
  RETRY,
  RETRY_DUP,
  RETAIN_FLAG,
  RETAINED_MISSING,
  RETAINED_UNASKED,
  RETAINED_STATE,
  RETRY_OWED,
  ORDERING,
  QOS_UNANSWERED,
  QOS_2_UNANSWERED,
  QOS_2_DUPLICATES,
  RECEIVE_MAXIMUM,
  PACKET_SIZE,
  PACKET_SIZE_DIAGNOSTICS,
  FORWARDING,
  MESSAGE_EXPIRY,
  NO_LOCAL,
  SUBSCRIPTION_IDENTIFIER,
  SHARED_SUBSCRIPTIONS,
  SERVER_ORDERING,
  DELIVERY_EXCHANGES,
  TOPIC_ALIAS,
  SERVER_LIMITS,
  SERVER_LIMITS_SUBSCRIPTIONS,
  QOS_IDENTIFIER_REUSE,
];

export const RULES: readonly Rule[] = SETS.flatMap((set) => set.rules);
export const UNJUDGED: readonly Unjudged[] = SETS.flatMap((set) => set.unjudged);
