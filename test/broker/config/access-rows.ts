// Access lists, and what they say: tested here, and of mosquitto itself (access-mosquitto.test.ts).

export interface AccessCase {
  readonly acl: string;
  /** Client Identifier, and user name. */
  readonly clientId: string;
  readonly userName?: string;
  /** r: may be sent its messages, w: may publish to it; - for neither. */
  readonly topics: Readonly<Record<string, 'rw' | 'r-' | '-w' | '--'>>;
}

const ACL = [
  'topic read news/#',
  'topic public',
  'user roger',
  'topic foo/bar',
  'topic read r/+',
  'topic write w/#',
  'topic readwrite both/#',
  'topic deny both/secret/#',
  'topic write both/secret/drop',
  'user ann',
  'topic deny #',
  'topic read $SYS/#',
  'pattern read to/%u/%c',
  'pattern write from/%c/#',
  'pattern readwrite shared/%u/+/x',
  'pattern deny shared/%u/no/x',
  'pattern write $SYS/broker/connection/%c/state',
].join('\n');

export const ACCESS: readonly AccessCase[] = [
  {
    acl: ACL,
    clientId: 'c1',
    topics: {
      'news/a': 'r-',
      news: 'r-',
      public: 'rw',
      'public/x': '--',
      'foo/bar': '--',
      'from/c1/a/b': '-w',
      'from/c1': '-w',
      'from/c2/a': '--',
      'to/c1/c1': '--',
    },
  },
  {
    acl: ACL,
    clientId: 'c2',
    userName: 'roger',
    topics: {
      'news/a': '--',
      'foo/bar': 'rw',
      'foo/bar/x': '--',
      'r/a': 'r-',
      'r/': 'r-',
      'r/a/b': '--',
      'w/a/b': '-w',
      'both/a': 'rw',
      'both/secret/a': '--',
      'both/secret': '--',
      'both/secret/drop': '--',
      'to/roger/c2': 'r-',
      'to/roger/c1': '--',
      'from/c2/a': '-w',
      'shared/roger/a/x': 'rw',
      'shared/roger/no/x': '--',
      'shared/ann/a/x': '--',
    },
  },
  // deny # is before all else, also before what a pattern grants.
  { acl: ACL, clientId: 'c3', userName: 'ann', topics: { 'from/c3/a': '--', 'to/ann/c3': '--' } },
  // A user of whom the file says nothing has the patterns.
  { acl: ACL, clientId: 'c4', userName: 'bob', topics: { 'news/a': '--', 'to/bob/c4': 'r-', 'from/c4/a': '-w' } },
  // Wildcards in names would widen patterns; rules for the user hold.
  { acl: ACL, clientId: '+', userName: 'roger', topics: { 'foo/bar': 'rw', 'from/c1/a': '--', 'from/+x/a': '--' } },
  { acl: 'pattern %u/#', clientId: 'c', userName: '#', topics: { 'a/b': '--' } },
  // Names in the middle of a level, with levels of their own, and twice.
  { acl: 'pattern a-%c-b', clientId: 'c', topics: { 'a-c-b': 'rw', 'a-b': '--' } },
  { acl: 'pattern %c/x', clientId: 'a/b', topics: { 'a/b/x': 'rw', 'a/x': '--' } },
  { acl: 'pattern %c/%c/%u', clientId: 'c', userName: 'u', topics: { 'c/c/u': 'rw', 'c/u/u': '--' } },
  { acl: 'topic %c', clientId: 'c', topics: { c: '--', '%c': 'rw' } },
  // Without %c and %u a pattern is for everybody.
  { acl: 'pattern read all', clientId: 'c', userName: 'u', topics: { all: 'r-' } },
  { acl: '', clientId: 'c', topics: { a: '--' } },
  { acl: '# nothing\n\n', clientId: 'c', userName: 'u', topics: { a: '--' } },
  // How lines are split.
  { acl: '  topic   read   a b  ', clientId: 'c', topics: { 'a b': 'r-' } },
  { acl: 'topic read', clientId: 'c', topics: { read: 'rw' } },
  { acl: 'topic a\r\nuser  x y \r\ntopic b\r\n', clientId: 'c', userName: 'x y', topics: { a: '--', b: 'rw' } },
  {
    acl: 'user u\ntopic read a\nuser v\ntopic b\nuser u\ntopic write a',
    clientId: 'c',
    userName: 'u',
    topics: { a: 'rw', b: '--' },
  },
  // Wildcards and topics that begin with $.
  { acl: 'topic #', clientId: 'c', topics: { a: 'rw', '$x/a': '--', '/': 'rw' } },
  { acl: 'topic $x/#', clientId: 'c', topics: { '$x/a': 'rw', $x: 'rw', a: '--' } },
  { acl: 'topic +/a', clientId: 'c', topics: { '/a': 'rw', '$x/a': '--' } },
  { acl: 'topic a/+/#', clientId: 'c', topics: { a: '--', 'a/': 'rw', 'a/b': 'rw', 'a/b/c': 'rw' } },
  {
    acl: 'topic readwrite $SYS/#\ntopic $share/a/b',
    clientId: 'c',
    topics: { '$SYS/a': 'r-', '$SYS/broker/connection/b/state': 'rw', '$share/a/b': '--' },
  },
  // Rules are asked one after the other: the first that grants counts, a deny before all of them.
  { acl: 'topic read a/#\ntopic write a/b', clientId: 'c', topics: { 'a/b': 'rw', 'a/c': 'r-' } },
  { acl: 'topic a/b\ntopic deny a/+', clientId: 'c', topics: { 'a/b': '--' } },
];

/** Files that cannot be: what is said of them. */
export const WRONG_ACLS: readonly [acl: string, errors: readonly string[]][] = [
  ['topic', ['a.acl:1: topic has no topic']],
  ['pattern ', ['a.acl:1: pattern has no topic']],
  ['user', ['a.acl:1: user has no name']],
  [
    'topic a b',
    ['a.acl:1: "a" is not read, write, readwrite or deny (before a topic with a space, one of them must stand)'],
  ],
  ['topic read a#', ['a.acl:1: "a#" is not a topic filter: # must be a level by itself']],
  ['pattern %c/+x', ['a.acl:1: "%c/+x" is not a topic filter: + must be a level by itself']],
  [
    'topics a\nuser u\nread b',
    ['a.acl:1: "topics" is not topic, user or pattern', 'a.acl:3: "read" is not topic, user or pattern'],
  ],
  [' # indented', ['a.acl:1: "#" is not topic, user or pattern']],
  ['topic\ta', ['a.acl:1: "topic\\ta" is not topic, user or pattern']],
];
