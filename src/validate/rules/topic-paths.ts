// Which strings have rules of their own for what the general rules of strings (1.5.3, 5.0: 1.5.4) ask as well: topic names
// and topic filters, wherever they stand, and the Content Type. The general rules leave these out, so that one fault is
// told once.

const WELL_FORMED =
  /^(publish\.(topic|properties\[\d+\]\.(responseTopic|contentType))|subscribe\.subscriptions\[\d+\]\.topicFilter|unsubscribe\.topicFilters\[\d+\])$/;
const WITHOUT_NULL =
  /^((publish|connect\.will)\.(topic|properties\[\d+\]\.responseTopic)|subscribe\.subscriptions\[\d+\]\.topicFilter|unsubscribe\.topicFilters\[\d+\])$/;

/** Rules of topics and of PUBLISH judge whether the string at this path is well-formed UTF-8. */
export function isUtf8JudgedWithTopics(path: string): boolean {
  return WELL_FORMED.test(path);
}

/** Rules of topics judge whether the string at this path has a U+0000. */
export function isNullJudgedWithTopics(path: string): boolean {
  return WITHOUT_NULL.test(path);
}
