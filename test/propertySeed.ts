/**
 * Property tests draw the same cases in every run, so that what passed here passes elsewhere. `FAST_CHECK_SEED=<number>` draws
 * others, `FAST_CHECK_SEED=random` new ones each time; a case that fails is added to its test by hand.
 */
import fc from 'fast-check';

const wanted = process.env['FAST_CHECK_SEED'] ?? '1';
if (wanted !== 'random') fc.configureGlobal({ seed: Number(wanted) });
