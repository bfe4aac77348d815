// Names of the files of one recording, as dumpcap makes them: name_00001_20261123051500.pcapng, in local time.

import { join, parse } from 'node:path';

/** `number` counts from 1, `time` in milliseconds since 1970. */
export function numberedPath(path: string, number: number, time: number): string {
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}_${String(number).padStart(5, '0')}_${stamp(new Date(time))}${ext}`);
}

function stamp(date: Date): string {
  const parts = [date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds()];
  return date.getFullYear() + parts.map((part) => String(part).padStart(2, '0')).join('');
}
