/** Another run's tokenizer on the same items: its tree of prefixes, and how far its codes agree with the shown ones. */
import { ConfigError } from '../base/errors';
import { type CodedItems, itemsWithPrefix, pathTree } from '../evaluate/codePaths';
import { adjustedMutualInformation, contingency } from '../evaluate/partitionAgreement';
import type { CodebookFacts } from './codebookFacts';
import type { BesidePathsReply, CodebooksRequest, ItemCodes } from './protocol/codebooks';

/** Larger books would take seconds: the information needs a table of all pairs of codes. */
const MOST_ENTRIES = 512;

/** Codes as identifiers have them: after conflicts were resolved where that changes a code. */
export function identifierCodes({ coded, policy, resolved }: CodebookFacts): CodedItems {
  return policy === 'nextNearest' && resolved ? { ...coded, codes: resolved.digits } : coded;
}

/** @throws ConfigError `run/data` for a run that codes other items */
export function besidePaths(
  shown: CodebookFacts,
  other: CodebookFacts,
  { prefix, picked }: Extract<CodebooksRequest, { kind: 'besidePaths' }>,
): BesidePathsReply {
  if (shown.dataset.contentHash !== other.dataset.contentHash)
    throw new ConfigError(
      'run/data',
      `code paths: the other run codes the items of ${other.dataset.name}, not of ${shown.dataset.name}; choose one on the same items.`,
    );
  const [own, others] = [identifierCodes(shown), identifierCodes(other)];
  return {
    tree: pathTree(others, prefix, new Set(picked)),
    agreement: Array.from({ length: Math.min(own.levels, others.levels) }, (_, level) =>
      informationAt(levelOf(own, level), levelOf(others, level)),
    ),
  };
}

export const pathItems = (facts: CodebookFacts, prefix: readonly number[]): number[] =>
  itemsWithPrefix(identifierCodes(facts), prefix);

/** The identifier of one item; its codes before conflicts are resolved where the tokenizer is not done. */
export function codesOf({ coded, resolved }: CodebookFacts, item: number): ItemCodes {
  const { array, width } = resolved
    ? { array: resolved.digits, width: resolved.width }
    : { array: coded.codes, width: coded.levels };
  return { codes: [...array.subarray(item * width, (item + 1) * width)], isResolved: resolved !== null };
}

const levelOf = ({ codes, levels }: CodedItems, level: number): Uint16Array =>
  codes.filter((_, at) => at % levels === level);

function informationAt(first: Uint16Array, second: Uint16Array): number | null {
  const entries =
    1 +
    first.reduce(
      (most, code) => Math.max(most, code),
      second.reduce((a, b) => Math.max(a, b), 0),
    );
  if (entries > MOST_ENTRIES) return null;
  return adjustedMutualInformation(contingency(first, second, entries), entries, first.length);
}
