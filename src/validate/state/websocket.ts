// What was seen of the WebSocket around MQTT (6): which subprotocols were offered and chosen, frames that must not be, and
// who began to close. The upgrade comes before the CONNECT that tells the version: it is kept here until then.

import type { FrameRef } from '../finding.js';

export interface Upgrade {
  readonly offered: readonly string[] | undefined;
  readonly chosen: string | undefined;
  readonly frame: FrameRef;
}

/** What is taken of a notice of the WebSocket layer. */
export interface WebSocketNotice {
  readonly code: string;
  readonly details: Readonly<Record<string, string | number | boolean>>;
  readonly role: 'client' | 'server' | undefined;
  readonly frame: FrameRef;
}

export class WebSocket {
  upgrade: Upgrade | undefined = undefined;
  /** Why the server refused the upgrade: "401 Unauthorized". */
  refused: string | undefined = undefined;
  /** Messages that were sent, text ones among them. */
  messages = 0;
  /** The first frame that its sender should have masked, or not have masked. */
  unmasked: FrameRef | undefined = undefined;
  masked: FrameRef | undefined = undefined;
  closedBy: 'client' | 'server' | undefined = undefined;
  closedAt = Number.NaN;

  notice({ code, details, role, frame }: WebSocketNotice): void {
    if (code === 'upgrade') this.upgraded(details, frame);
    else if (code === 'upgrade-refused') this.refused = `${details.status ?? ''} ${details.reason ?? ''}`.trim();
    else if (code === 'unmasked-frame') this.unmasked ??= frame;
    else if (code === 'masked-frame') this.masked ??= frame;
    else if (code === 'counts' && typeof details.messages === 'number') this.messages = details.messages;
    else if (code === 'close' && role !== undefined && this.closedBy === undefined) {
      this.closedBy = role;
      this.closedAt = frame.time;
    }
  }

  private upgraded({ requestedSubprotocols: asked, subprotocol }: WebSocketNotice['details'], frame: FrameRef): void {
    const offered = typeof asked !== 'string' ? undefined : asked === '' ? [] : asked.split(', ');
    this.upgrade = { offered, chosen: typeof subprotocol === 'string' ? subprotocol : undefined, frame };
    this.refused = undefined;
  }
}
