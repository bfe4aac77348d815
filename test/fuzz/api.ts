// What the fuzz targets try: of src for the tests; run.js puts the same together of what was built.

import { openCapture } from '../../src/capture/detect.js';
import { annotate, decode, encode } from '../../src/codec/frame.js';
import { Framer } from '../../src/codec/framer.js';
import { Dissector } from '../../src/dissect/dissector.js';
import { SegmentReader } from '../../src/net/index.js';
import { FORMATS } from '../../src/report/index.js';
import { Connections } from '../../src/tcp/connections.js';
import { KeyLog } from '../../src/transport/tls/keylog.js';
import { TlsSecrets } from '../../src/transport/tls/secrets.js';
import { Tls } from '../../src/transport/tls/tls.js';
import { WebSocketTransport } from '../../src/transport/websocket/websocket.js';
import { UserError } from '../../src/user-error.js';

const formats = await Promise.all(FORMATS.map(async ({ name, load }) => ({ name, create: await load() })));

export const api = {
  ...{ openCapture, annotate, decode, encode, Framer, Dissector, SegmentReader, formats },
  ...{ Connections, KeyLog, TlsSecrets, Tls, WebSocketTransport, UserError },
};

export type Api = typeof api;
