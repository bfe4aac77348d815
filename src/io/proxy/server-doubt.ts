// What the proxy does to a connection may look like the server's doing: from then on nothing is held against servers, since a
// message that was lost on one connection is missing on others as well.

import type { Finding } from '../../validate/finding.js';
import type { RelayEvent } from './watcher.js';

/** Why servers are doubted after it; undefined: they are not. `what` happened, in words. */
export function doubtAfter(kind: RelayEvent['kind'], what: string): string | undefined {
  if (kind === 'fault') return `a fault was injected (${what})`;
  return kind === 'cut' ? `the proxy has closed a connection (${what})` : undefined;
}

export function doubted(finding: Finding, reason: string): Finding {
  return finding.party === 'client' || finding.verdict !== 'violation'
    ? finding
    : { ...finding, verdict: 'inconclusive', reason };
}
