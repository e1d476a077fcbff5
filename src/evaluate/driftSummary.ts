/** Everything figure V5 draws, from the codes of the kept tokenizers; pairs are measured once and remembered. */
import {
  type CodeTable,
  classCounts,
  classFlows,
  type DriftClass,
  driftClasses,
  identifiersPerItem,
  itemsOfClass,
} from './codeDrift';
import { type PartitionAgreement, partitionAgreement } from './partitionAgreement';

/** Codes of a kept tokenizer epoch. */
export interface KeptTokenizer extends CodeTable {
  readonly epoch: number;
}

export interface PairAgreement extends PartitionAgreement {
  /** Places among the tokenizers, first < second. */
  readonly first: number;
  readonly second: number;
  readonly level: number;
}

export interface WindowChoice {
  /** The newest so many tokenizers. */
  readonly tokenizers: number;
  /** Mean number of different identifiers an item has among them: what the recommender gains. */
  readonly identifiersPerItem: number;
  /** Mean over pairs and levels of the share of items with the same code: what it can rely on. */
  readonly agreement: number;
}

export interface DriftSummary {
  /** Tokenizer epochs [T], oldest first. */
  readonly epochs: readonly number[];
  readonly items: number;
  readonly levels: number;
  readonly codes: number;
  /** False where the codebooks are not known: no move counts as near. */
  readonly hasNeighbours: boolean;
  /** Items by class of each step and level [T − 1][L][4]; classes as in DRIFT_CLASSES. */
  readonly counts: readonly (readonly (readonly number[])[])[];
  /** Items by class in a step and in the next [T − 2][L][4 × 4]. */
  readonly flows: readonly (readonly (readonly number[])[])[];
  readonly pairs: readonly PairAgreement[];
  /** For T = 2 … all. */
  readonly windows: readonly WindowChoice[];
}

/** Collects kept tokenizers of one run and summarises them. */
export class DriftRecord {
  readonly #tokenizers: KeptTokenizer[] = [];
  readonly #pairs = new Map<string, PairAgreement>();
  readonly #classes = new Map<number, Uint8Array>();

  get tokenizers(): readonly KeptTokenizer[] {
    return this.#tokenizers;
  }

  /** Adds the next epoch; one that is not newer than the last starts the record anew from there. */
  add(tokenizer: KeptTokenizer): void {
    const from = this.#tokenizers.findIndex(({ epoch }) => epoch >= tokenizer.epoch);
    const last = this.#tokenizers.at(-1);
    const isOther =
      last && (last.assignments.length !== tokenizer.assignments.length || last.levels !== tokenizer.levels);
    if (from >= 0 || isOther) {
      this.#tokenizers.splice(isOther ? 0 : from);
      this.#pairs.clear();
      this.#classes.clear();
    }
    this.#tokenizers.push(tokenizer);
  }

  clear(): void {
    this.#tokenizers.length = 0;
    this.#pairs.clear();
    this.#classes.clear();
  }

  /** Items of a class in the step from one tokenizer to the next, ascending. */
  itemsOf(step: number, level: number, name: DriftClass): number[] {
    const levels = this.#tokenizers[0]?.levels ?? 1;
    return itemsOfClass(this.#classesOf(step), levels, level, name);
  }

  /**
   * @param breathe called between pairs, so that other work can go on
   * @returns null with fewer than two tokenizers
   */
  async summary(breathe: () => Promise<void>): Promise<DriftSummary | null> {
    // A tokenizer that comes meanwhile waits for the next summary.
    const tokenizers = [...this.#tokenizers];
    const [first] = tokenizers;
    if (!first || tokenizers.length < 2) return null;
    const { levels, codes } = first;
    const levelList = Array.from({ length: levels }, (_, level) => level);
    const steps = tokenizers.slice(1).map((_, step) => this.#classesOf(step));
    const pairs: PairAgreement[] = [];
    for (let second = 1; second < tokenizers.length; second++)
      for (let other = 0; other < second; other++)
        for (const level of levelList) {
          const key = `${other} ${second} ${level}`;
          let pair = this.#pairs.get(key);
          if (!pair) {
            pair = { first: other, second, level, ...agreementOf(tokenizers[other], tokenizers[second], level) };
            this.#pairs.set(key, pair);
            await breathe();
          }
          pairs.push(pair);
        }
    return {
      epochs: tokenizers.map(({ epoch }) => epoch),
      items: first.assignments.length / levels,
      levels,
      codes,
      hasNeighbours: tokenizers.every(({ neighbours }) => neighbours !== null),
      counts: steps.map((classes) => levelList.map((level) => classCounts(classes, levels, level))),
      flows: steps
        .slice(1)
        .map((next, step) => levelList.map((level) => classFlows(steps[step] ?? next, next, levels, level))),
      pairs,
      windows: windowsOf(tokenizers, pairs),
    };
  }

  #classesOf(step: number): Uint8Array {
    const known = this.#classes.get(step);
    if (known) return known;
    const [before, after] = [this.#tokenizers[step], this.#tokenizers[step + 1]];
    if (!before || !after) return new Uint8Array();
    const classes = driftClasses(before, after);
    this.#classes.set(step, classes);
    return classes;
  }
}

function agreementOf(
  first: KeptTokenizer | undefined,
  second: KeptTokenizer | undefined,
  level: number,
): PartitionAgreement {
  const columnOf = (table: KeptTokenizer | undefined): Uint16Array =>
    table ? table.assignments.filter((_, at) => at % table.levels === level) : new Uint16Array();
  return partitionAgreement(columnOf(first), columnOf(second), first?.codes ?? 1);
}

function windowsOf(tokenizers: readonly KeptTokenizer[], pairs: readonly PairAgreement[]): readonly WindowChoice[] {
  return Array.from({ length: tokenizers.length - 1 }, (_, index) => {
    const count = index + 2;
    const from = tokenizers.length - count;
    const inside = pairs.filter(({ first }) => first >= from);
    return {
      tokenizers: count,
      identifiersPerItem: identifiersPerItem(tokenizers.slice(from)),
      agreement: inside.reduce((sum, { raw }) => sum + raw, 0) / inside.length,
    };
  });
}
