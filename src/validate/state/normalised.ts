// What a server that normalises topics might make of one (3.1.1 and 5.0: 4.7.3): only to tell by which wrong comparison
// a delivery came about. Never to match by.

/** Whether any of the normalisations below would change it. */
export function isNormal(text: string): boolean {
  return FORMS.every((form) => form(text) === text);
}

/** Pairs of a filter and a topic as each normalisation makes them. */
export function normalisedPairs(filter: string, topic: string): readonly (readonly [filter: string, topic: string])[] {
  return FORMS.map((form) => [form(filter), form(topic)] as const).filter(([a, b]) => a !== filter || b !== topic);
}

const FORMS: readonly ((text: string) => string)[] = [
  (text) => text.normalize('NFC'),
  (text) => text.normalize('NFKC'),
  (text) => text.toLowerCase(),
  (text) => text.trim(),
  (text) => text.replace(/^\/+|\/+$/g, ''),
  (text) => text.replace(/\/{2,}/g, '/'),
];
