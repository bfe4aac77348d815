// The bounds of what waits before a connection is understood: what it carries, and in which version. At each of them the
// best guess is taken, and said to be one.

export interface RecognitionOptions {
  /** Chunks, and their bytes, of a connection that may or may not carry MQTT; beyond them it is left alone. */
  readonly maxChunks: number;
  readonly maxBytes: number;
  /** An opening that reads well so far, say an HTTP request by a few bytes a segment, may come in more of them. */
  readonly maxOpeningChunks: number;
}

export const RECOGNITION_DEFAULTS: RecognitionOptions = {
  maxChunks: 16,
  maxBytes: 64 * 1024,
  maxOpeningChunks: 2048,
};

export interface ConversationBounds {
  /** Packets that wait for the version of their connection to be known, their bytes, and capture time (ns). */
  readonly maxWaitingPackets: number;
  readonly maxWaitingBytes: number;
  readonly maxWaitingTime: number;
  /** Characters of topics kept behind aliases, a direction; a mapping beyond that is not remembered. */
  readonly maxAliasCharacters: number;
}

export const CONVERSATION_DEFAULTS: ConversationBounds = {
  maxWaitingPackets: 32,
  maxWaitingBytes: 256 * 1024,
  maxWaitingTime: 2e9,
  maxAliasCharacters: 1 << 20,
};
