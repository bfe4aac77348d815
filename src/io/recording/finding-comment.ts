// A finding as the comment of a packet in a recording: one line, for whoever opens it in Wireshark.

import type { Finding } from '../../validate/finding.js';

/** `client, must (5.0:MQTT-3.3.1-2): DUP is 1 …`, of an earlier packet with its number. */
export function findingComment(finding: Finding, isOwn: boolean): string {
  const { party, level, statement, version, section, message, frame } = finding;
  const where = statement ?? `${version} §${section}`;
  const about = isOwn || frame.number === 0 ? '' : `packet #${frame.number} (${frame.type}): `;
  return `${party}, ${level} (${where}): ${about}${message}`;
}
