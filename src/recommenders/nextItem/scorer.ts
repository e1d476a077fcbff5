/** Scores of every item after a history: the last state times the item table. */
import { ConfigError } from '../../base/errors';
import type { CompiledStep, Engine } from '../../plan/engine';
import { embedding } from '../../tensor/ops/embedding';
import { tableRows } from '../../tensor/ops/linearCrossEntropy';
import { matmul } from '../../tensor/ops/matmul';
import { reshape } from '../../tensor/ops/views';
import { sizeAt } from '../../tensor/shape';
import { paddedLength } from './batches';
import { ITEM_TABLE, NO_ITEM, nextItemStates } from './model';
import type { NextItemTrainer } from './trainer';

const MOST_ROWS = 256;
const SCORE_BYTES = 32 * 2 ** 20;

/** Called for each history with the scores [N] of all items, a view that does not outlive the call. */
export type OnScores = (index: number, scores: Float32Array) => void;

export class NextItemScorer {
  readonly rows: number;
  readonly #step: CompiledStep;
  readonly #trainer: NextItemTrainer;

  /** Borrows the engine and the trainer's parameters. */
  constructor(engine: Engine, trainer: NextItemTrainer) {
    const { settings, itemCount } = trainer.options;
    this.#trainer = trainer;
    this.rows = Math.max(1, Math.min(MOST_ROWS, Math.floor(SCORE_BYTES / (tableRows(itemCount) * 4))));
    this.#step = engine.compile(trainer.variables, ({ params, input }) => {
      const ids = input('ids');
      const states = nextItemStates(settings, params, ids, false);
      const flat = reshape(states, [sizeAt(ids.shape, 0) * sizeAt(ids.shape, 1), settings.width]);
      return { outputs: { scores: matmul(embedding(flat, input('last')), params(ITEM_TABLE), { transposeB: true }) } };
    });
  }

  /**
   * Scores all histories, in batches of similar length. `onBatch` is called between batches with how many are done.
   * @throws ConfigError `nextItem/history` for an empty history or an item that is not in the catalogue
   */
  async scoreAll(
    histories: readonly ArrayLike<number>[],
    onScores: OnScores,
    onBatch?: (done: number) => Promise<void>,
  ): Promise<void> {
    const { historyLimit } = this.#trainer.options.settings;
    histories.forEach((history, index) => {
      this.#check(history, index);
    });
    const order = histories.map((_, index) => index);
    const lengthOf = (index: number): number => Math.min(historyLimit, histories[index]?.length ?? 0);
    order.sort((a, b) => lengthOf(a) - lengthOf(b) || a - b);
    for (let first = 0; first < order.length; first += this.rows) {
      const chosen = order.slice(first, first + this.rows);
      await this.#scoreBatch(chosen, histories, onScores);
      await onBatch?.(Math.min(order.length, first + this.rows));
    }
  }

  async #scoreBatch(
    chosen: readonly number[],
    histories: readonly ArrayLike<number>[],
    onScores: OnScores,
  ): Promise<void> {
    const { settings, itemCount } = this.#trainer.options;
    const limit = settings.historyLimit;
    const longest = chosen.reduce((most, index) => Math.max(most, histories[index]?.length ?? 0), 1);
    const length = paddedLength(Math.min(limit, longest), limit);
    const ids = new Uint32Array(this.rows * length).fill(NO_ITEM);
    const last = new Uint32Array(this.rows);
    chosen.forEach((index, row) => {
      const history = histories[index] ?? [];
      const kept = Math.min(limit, history.length);
      for (let t = 0; t < kept; t++) ids[row * length + t] = history[history.length - kept + t] as number;
      last[row] = row * length + kept - 1;
    });
    const program = await this.#step.run({
      ids: { data: ids, shape: [this.rows, length] },
      last: { data: last, shape: [this.rows] },
    });
    const scores = await program.readFloats('scores');
    const entries = tableRows(itemCount);
    chosen.forEach((index, row) => {
      onScores(index, scores.subarray(row * entries, row * entries + itemCount));
    });
  }

  #check(history: ArrayLike<number>, index: number): void {
    const { itemCount } = this.#trainer.options;
    if (history.length === 0)
      throw new ConfigError('nextItem/history', `score items: history ${index} is empty; give at least one item.`);
    for (let t = 0; t < history.length; t++) {
      const item = history[t] as number;
      if (!Number.isInteger(item) || item < 0 || item >= itemCount)
        throw new ConfigError(
          'nextItem/history',
          `score items: history ${index} has item ${item} at place ${t}, wanted indices below ${itemCount}; leave unknown items out.`,
        );
    }
  }

  async dispose(): Promise<void> {
    await this.#step.dispose();
  }
}
