/** Keeps the codes of a run's tokenizers for figure V5 and answers the window's questions about them. */
import type { ItemColumns } from '../data/dataset';
import { DriftRecord } from '../evaluate/driftSummary';
import type { DriftReport } from '../train/reports';
import type { DriftItems, DriftReplies, DriftRequest, KeptEpoch } from './protocol/drift';

export class DriftDesk {
  readonly #record = new DriftRecord();

  /** Notes another kept epoch. @returns what the window is told of it */
  take(report: DriftReport): KeptEpoch {
    const { epoch, index, tokenizers, changedShare, assignments, levels, codes, neighbours } = report;
    this.#record.add({ epoch, assignments, levels, codes, neighbours });
    return { epoch, index, tokenizers, changedShare };
  }

  /** Forgets everything, or starts with what a run left. */
  reset(reports: readonly DriftReport[] = []): readonly KeptEpoch[] {
    this.#record.clear();
    return reports.map((report) => this.take(report));
  }

  async answer(request: DriftRequest, items: ItemColumns): Promise<DriftReplies[DriftRequest['kind']]> {
    if (request.kind === 'driftSummary')
      return this.#record.summary(() => new Promise((resolve) => setTimeout(resolve)));
    return this.#items(request, items);
  }

  #items(
    request: Extract<DriftRequest, { kind: 'driftItems' }>,
    { ids, titles, domainOfItem, domainNames }: ItemColumns,
  ): DriftItems {
    const { step, level, offset, limit } = request;
    const all = this.#record.itemsOf(step, level, request.class);
    const [before, after] = [this.#record.tokenizers[step], this.#record.tokenizers[step + 1]];
    const codesOf = (table: typeof before, item: number): number[] =>
      table ? [...table.assignments.subarray(item * table.levels, (item + 1) * table.levels)] : [];
    return {
      total: all.length,
      items: all.slice(offset, offset + limit).map((item) => ({
        item,
        title: titles[item] || (ids[item] ?? ''),
        domain: domainOfItem ? (domainNames[domainOfItem[item] ?? 0] ?? null) : null,
        before: codesOf(before, item),
        after: codesOf(after, item),
      })),
    };
  }
}
