// Every well-formed packet that the tests know.

import type { Case } from './case.js';
import { PROPERTY_CASES } from './properties.js';
import { V5 } from './v5.js';
import { V31 } from './v31.js';
import { V311 } from './v311.js';

export const CASES: readonly Case[] = [...V31, ...V311, ...V5, ...PROPERTY_CASES];
