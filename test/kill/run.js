// `npm run kill [-- --kills N]`: the kill test as it is meant, 50 times. The test suite has a short one.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { killTest } from './kill.js';

const { values } = parseArgs({ options: { kills: { type: 'string', default: '50' } } });
const folder = mkdtempSync(join(tmpdir(), 'kill-'));
try {
  const { faults, acknowledged, delivered } = await killTest({
    bin: fileURLToPath(new URL('../../bin/mqtt-dissect.js', import.meta.url)),
    folder,
    kills: Number(values.kills),
    onKill: (line) => console.error(line),
  });
  for (const fault of faults.slice(0, 50)) console.log(fault);
  console.log(`${acknowledged} acknowledged, ${delivered} delivered, ${faults.length} faults`);
  process.exitCode = faults.length === 0 && acknowledged > 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
