// The three protocol versions, by protocol name and level (3.1: 3.1 CONNECT; 3.1.1 and 5.0: 3.1.2.1, 3.1.2.2).

export const VERSIONS = ['3.1', '3.1.1', '5.0'] as const;
export type Version = (typeof VERSIONS)[number];

export const PROTOCOLS = [
  { version: '3.1', protocolName: 'MQIsdp', protocolLevel: 3 },
  { version: '3.1.1', protocolName: 'MQTT', protocolLevel: 4 },
  { version: '5.0', protocolName: 'MQTT', protocolLevel: 5 },
] as const;

/**
 * Set in the protocol level by bridges of Eclipse Mosquitto (0x83, 0x84). In no specification, but in real captures.
 */
export const BRIDGE_BIT = 0x80;

/** The version that a CONNECT announces, or undefined for a level that none of the three has. */
export function versionOfLevel(protocolLevel: number): Version | undefined {
  const level = protocolLevel & ~BRIDGE_BIT;
  return PROTOCOLS.find((protocol) => protocol.protocolLevel === level)?.version;
}

export type Direction = 'client-to-server' | 'server-to-client';
