// The time as strftime writes it, in the zone of this machine: what log_timestamp_format may ask for.

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;
const DAY = 86_400_000;

type Part = (date: Date) => string;

const PARTS: Readonly<Record<string, Part>> = {
  '%': () => '%',
  a: (date) => DAYS[date.getDay()]!.slice(0, 3),
  A: (date) => DAYS[date.getDay()]!,
  b: (date) => MONTHS[date.getMonth()]!.slice(0, 3),
  B: (date) => MONTHS[date.getMonth()]!,
  c: (date) => formatTime('%a %b %e %H:%M:%S %Y', date),
  C: (date) => two(Math.floor(date.getFullYear() / 100)),
  d: (date) => two(date.getDate()),
  D: (date) => formatTime('%m/%d/%y', date),
  e: (date) => String(date.getDate()).padStart(2),
  F: (date) => formatTime('%Y-%m-%d', date),
  h: (date) => formatTime('%b', date),
  H: (date) => two(date.getHours()),
  I: (date) => two(hour12(date)),
  j: (date) => String(dayOfYear(date)).padStart(3, '0'),
  k: (date) => String(date.getHours()).padStart(2),
  l: (date) => String(hour12(date)).padStart(2),
  m: (date) => two(date.getMonth() + 1),
  M: (date) => two(date.getMinutes()),
  n: () => '\n',
  p: (date) => (date.getHours() < 12 ? 'AM' : 'PM'),
  r: (date) => formatTime('%I:%M:%S %p', date),
  R: (date) => formatTime('%H:%M', date),
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  S: (date) => two(date.getSeconds()),
  t: () => '\t',
  T: (date) => formatTime('%H:%M:%S', date),
  u: (date) => String(date.getDay() || 7),
  w: (date) => String(date.getDay()),
  x: (date) => formatTime('%D', date),
  X: (date) => formatTime('%T', date),
  y: (date) => two(date.getFullYear() % 100),
  Y: (date) => String(date.getFullYear()),
  z: zoneOffset,
  Z: zoneName,
};

/** What is no part of a time stays as it stands. */
export function formatTime(format: string, date: Date): string {
  return format.replace(/%[EO]?(.)/gs, (all, letter: string) => PARTS[letter]?.(date) ?? all);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function hour12(date: Date): number {
  return date.getHours() % 12 || 12;
}

function dayOfYear(date: Date): number {
  const start = Date.UTC(date.getFullYear(), 0, 0);
  return Math.round((Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) - start) / DAY);
}

function zoneOffset(date: Date): string {
  const east = -date.getTimezoneOffset();
  const minutes = Math.abs(east);
  return `${east < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
}

function zoneName(date: Date): string {
  const parts = new Intl.DateTimeFormat('en', { timeZoneName: 'short' }).formatToParts(date);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}
