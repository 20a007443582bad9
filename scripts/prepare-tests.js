// What the tests need, before them.
import { FOR_TESTS, installMissing } from './install-missing.js';

installMissing(FOR_TESTS);
