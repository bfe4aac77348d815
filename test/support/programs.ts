// Which outside programs a test may use. A test that needs one skips, with one visible line, where it is missing:
//   describe.skipIf(!hasProgram('tshark'))(…)
// Where all of them must be there (CI sets MQTT_DISSECT_REQUIRE_PROGRAMS), a missing one is an error instead.

import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export function hasProgram(name: string): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter);
  if (folders.some((folder) => folder !== '' && isExecutable(join(folder, name)))) return true;
  const reason = `${name} is not installed`;
  if (process.env.MQTT_DISSECT_REQUIRE_PROGRAMS) throw new Error(`${reason}, and MQTT_DISSECT_REQUIRE_PROGRAMS is set`);
  if (!reported.has(name)) console.warn(`skipped: ${reason}`);
  reported.add(name);
  return false;
}

const reported = new Set<string>();

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
