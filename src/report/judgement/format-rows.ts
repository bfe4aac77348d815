// The formats of a judgement, one row a format: what the command line says of them, without what makes them.

export const JUDGEMENT_FORMAT_ROWS = [
  { name: 'table', title: 'findings, connections and a summary to read', closesWithSummary: true, isWhole: false },
  {
    name: 'json',
    title: 'one object, {"findings":[…],"connections":[…],"coverage":[…],"summary":{…}}',
    closesWithSummary: false,
    isWhole: false,
  },
  { name: 'ndjson', title: 'one object per line and finding', closesWithSummary: false, isWhole: false },
  { name: 'junit', title: 'JUnit XML, a test case per statement', closesWithSummary: false, isWhole: true },
  {
    name: 'sarif',
    title: 'SARIF 2.1.0, for code scanning and viewers',
    closesWithSummary: false,
    isWhole: true,
  },
  { name: 'tap', title: 'TAP 14, a test point per statement', closesWithSummary: false, isWhole: true },
  { name: 'github', title: 'annotations and a step summary', closesWithSummary: false, isWhole: false },
  { name: 'markdown', title: 'a report for a merge request', closesWithSummary: true, isWhole: false },
] as const;
