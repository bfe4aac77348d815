// All rules, by the file that holds them: a file answers for the statements of its part of the specification.

import type { Rule, RuleSet, Unjudged } from '../rule.js';
import { PUBLISH } from './publish.js';
import { PUBLISH_PROPERTIES } from './publish-properties.js';
import { SHARED_SUBSCRIPTION_FILTERS } from './shared-subscription-filters.js';
import { TOPIC_FILTERS } from './topic-filters.js';
import { TOPIC_NAMES } from './topic-names.js';

const SETS: readonly RuleSet[] = [PUBLISH, PUBLISH_PROPERTIES, TOPIC_NAMES, TOPIC_FILTERS, SHARED_SUBSCRIPTION_FILTERS];

export const RULES: readonly Rule[] = SETS.flatMap((set) => set.rules);
export const UNJUDGED: readonly Unjudged[] = SETS.flatMap((set) => set.unjudged);
