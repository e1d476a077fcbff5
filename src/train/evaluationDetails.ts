/** The details of a stored evaluation, checked: what tables and comparisons need besides metrics and ranks. */
import * as v from 'valibot';
import { FormatError } from '../base/errors';
import type { JsonValue } from '../formats/strictJson';
import type { EvaluationDetails } from './reports';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** JSON has no NaN: a mean over nobody is stored as null. */
const mean = v.pipe(
  v.nullable(v.number()),
  v.transform((value) => value ?? Number.NaN),
);

// Fields in the order in which evaluations are written, so that a file comes back byte for byte.
const DETAILS = v.object({
  system: v.string(),
  protocol: v.object({
    data: v.string(),
    split: v.picklist(['validation', 'test']),
    users: count,
    items: count,
    ranking: v.variant('kind', [
      v.object({ kind: v.literal('scores') }),
      v.object({ kind: v.literal('beam'), width: count, isConstrained: v.boolean() }),
    ]),
    seenItems: v.picklist(['kept', 'removed']),
  }),
  groups: v.array(v.object({ name: v.string(), users: count, recall10: mean, ndcg10: mean })),
  lists: v.array(v.object({ cutoff: count, coverage: mean, popularityBias: mean })),
  generation: v.exactOptional(v.object({ results: count, invalid: count, repeated: count })),
});

/** @returns undefined for an evaluation of an older version, which has none @throws FormatError `run/evaluation` naming the field */
export function readDetails(value: JsonValue | undefined, file: string): EvaluationDetails | undefined {
  if (value === undefined) return undefined;
  const result = v.safeParse(DETAILS, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new FormatError(
    'run/evaluation',
    `${file}: field "details.${v.getDotPath(issue) ?? ''}": wanted ${issue.expected ?? 'something else'}, came ${issue.received}; evaluate the run again.`,
  );
}
