// Topic filters (4.7, shared subscriptions of 5.0: 4.8.2): which topics one matches, and whether two have a topic in
// common. A filter that somebody types is checked; one that was captured is taken as it is, whatever is wrong with it:
// a wildcard that does not fill its level, and a # before the last, stand for themselves.

export interface TopicFilter {
  readonly levels: readonly string[];
  /** ShareName of `$share/ShareName/filter`. */
  readonly share?: string;
}

export type CheckedFilter =
  | { readonly ok: true; readonly filter: TopicFilter }
  /** `at` counts characters (UTF-16) from the start of the text. */
  | { readonly ok: false; readonly at: number; readonly message: string };

const SHARED = /^\$share\/([^/]*)\/(.*)$/s;
const WILDCARD = /[+#]/;

/** A filter as it stands in a packet. */
export function topicFilter(text: string): TopicFilter {
  const shared = SHARED.exec(text);
  if (shared === null) return { levels: text.split('/') };
  return { levels: shared[2]!.split('/'), share: shared[1]! };
}

/** A filter that somebody gave: what is wrong with it, and where. */
export function checkTopicFilter(text: string): CheckedFilter {
  const wrong = (at: number, message: string): CheckedFilter => ({ ok: false, at, message });
  if (text === '') return wrong(0, 'a topic filter has at least one character');
  const zero = text.indexOf('\0');
  if (zero >= 0) return wrong(zero, 'U+0000 cannot stand in a topic filter');
  const filter = topicFilter(text);
  let at = 0;
  if (/^\$share(\/|$)/.test(text)) {
    const { share } = filter;
    if (share === undefined || share === '' || filter.levels.join('/') === '') {
      return wrong(text.length, 'a shared subscription is $share/<name>/<filter>');
    }
    const wildcard = share.search(WILDCARD);
    at = '$share/'.length;
    if (wildcard >= 0) return wrong(at + wildcard, 'the name of a share has no wildcards');
    at += share.length + 1;
  }
  for (const [index, level] of filter.levels.entries()) {
    const wildcard = level.search(WILDCARD);
    if (wildcard >= 0 && level.length > 1) return wrong(at + wildcard, `${level[wildcard]} must be a level by itself`);
    if (level === '#' && index < filter.levels.length - 1) return wrong(at, '# must be the last level');
    at += level.length + 1;
  }
  return { ok: true, filter };
}

/** Whether a message with this topic goes to such a subscription. */
export function matchesTopic({ levels }: TopicFilter, topic: string): boolean {
  const names = topic.split('/');
  // 4.7.2: a wildcard at the beginning does not match topics that begin with $.
  if (topic.startsWith('$') && isWildcard(levels, 0)) return false;
  for (let i = 0; i < levels.length; i++) {
    // 4.7.1.2: it includes the level above.
    if (isRest(levels, i)) return true;
    if (i >= names.length || (levels[i] !== '+' && levels[i] !== names[i])) return false;
  }
  return levels.length === names.length;
}

/** Whether some topic matches both. The shares are not looked at. */
export function filtersOverlap({ levels: a }: TopicFilter, { levels: b }: TopicFilter): boolean {
  if ((isWildcard(a, 0) && b[0]!.startsWith('$')) || (isWildcard(b, 0) && a[0]!.startsWith('$'))) return false;
  for (let i = 0; ; i++) {
    if (isRest(a, i) || isRest(b, i)) return true;
    if (i >= a.length || i >= b.length) return a.length === b.length;
    if (a[i] !== '+' && b[i] !== '+' && a[i] !== b[i]) return false;
  }
}

function isRest(levels: readonly string[], at: number): boolean {
  return at === levels.length - 1 && levels[at] === '#';
}

function isWildcard(levels: readonly string[], at: number): boolean {
  return levels[at] === '+' || isRest(levels, at);
}
