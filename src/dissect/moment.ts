// A moment of a capture as somebody names it: seconds after the first packet, a time of the day on which that was
// captured, or a date and time. UTC where no offset is given, as times are printed.

export type Moment =
  /** Nanoseconds after the first packet. */
  | { readonly after: 'first-packet'; readonly nanos: number }
  /** Nanoseconds after the midnight before the first packet. */
  | { readonly after: 'midnight'; readonly nanos: number }
  | { readonly after: '1970'; readonly nanos: bigint };

const SECOND = 1_000_000_000;
const DAY = 86_400n * 1_000_000_000n;
const SECONDS = /^(\d{1,9})(?:\.(\d{1,9}))?$/;
const CLOCK = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?$/;
const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](.*?)(Z|[+-]\d\d:?\d\d)?)?$/i;

/** Undefined when it is none of the three. */
export function parseMoment(text: string): Moment | undefined {
  const seconds = SECONDS.exec(text);
  if (seconds) return { after: 'first-packet', nanos: Number(seconds[1]) * SECOND + fraction(seconds[2]) };
  const clock = clockNanos(text);
  if (clock !== undefined) return { after: 'midnight', nanos: clock };
  const date = DATE.exec(text);
  if (!date) return undefined;
  const [, year, month, day, time = '00:00', offset = 'Z'] = date;
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const nanos = clockNanos(time);
  const minutes = offsetMinutes(offset);
  const exists = new Date(midnight).toISOString().startsWith(`${year}-${month}-${day}`);
  if (nanos === undefined || minutes === undefined || !exists) return undefined;
  return { after: '1970', nanos: BigInt(midnight) * 1_000_000n + BigInt(nanos) - BigInt(minutes * 60 * SECOND) };
}

/** Nanoseconds after the source's epoch, its first packet. NaN when that has no time and the moment needs one. */
export function momentAfter(moment: Moment, epoch: bigint | undefined): number {
  if (moment.after === 'first-packet') return moment.nanos;
  if (epoch === undefined) return Number.NaN;
  if (moment.after === '1970') return Number(moment.nanos - epoch);
  return moment.nanos - Number(((epoch % DAY) + DAY) % DAY);
}

/** Of HH:MM, HH:MM:SS or HH:MM:SS.fraction; a leap second is the next minute's first. */
function clockNanos(text: string): number | undefined {
  const [, hours, minutes, seconds = '0', rest] = CLOCK.exec(text) ?? [];
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 60 || hours === undefined) return undefined;
  return (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * SECOND + fraction(rest);
}

function fraction(digits = ''): number {
  return Number(digits.padEnd(9, '0'));
}

function offsetMinutes(text: string): number | undefined {
  if (/^z$/i.test(text)) return 0;
  const minutes = Number(text.slice(-2));
  const total = Number(text.slice(1, 3)) * 60 + minutes;
  if (minutes > 59 || total >= 24 * 60) return undefined;
  return text.startsWith('-') ? -total : total;
}
