/**
 * Keeps the Demo's model open between the page's questions and answers them, one after the other: programs of one engine share
 * memory, so what one leaves must be read before the next runs.
 */
import type { Dataset } from '../data/dataset';
import { wholeSequences } from '../data/wholeSequences';
import { popularity } from '../evaluate/sparseCounts';
import { ModelAnswers } from './demoAnswers';
import type { DemoModel } from './demoModel';
import { drawUser, listUsers, type UserGroups, userAfter, userGroups } from './demoUsers';
import type { DemoRequest, UserGroupName } from './protocol/demo';
import type { ItemCard } from './protocol/items';
import { ReferenceDesk } from './referenceDesk';

/** What the model's items are on the page. */
export interface DemoView {
  readonly dataset: Dataset;
  readonly card: (item: number) => Promise<ItemCard>;
}

/** Counts of one data set, made when they are first asked for. */
interface Counts {
  readonly hash: string;
  readonly popularity: Uint32Array;
  readonly groups: UserGroups;
}

export class DemoDesk {
  #answers: ModelAnswers | null = null;
  #counts: Counts | null = null;
  readonly #references = new ReferenceDesk();
  #last: Promise<unknown> = Promise.resolve();

  /** Takes the model; the one before must be closed. */
  take(model: DemoModel): void {
    this.#answers = new ModelAnswers(model);
  }

  /** @param open opens the model where there is none yet @throws as it does; ConfigError `demo/empty`, `demo/search` */
  answer(request: DemoRequest, open: () => Promise<DemoModel>, view: () => DemoView): Promise<unknown> {
    const answer = this.#last.then(() => this.#now(request, open, view));
    this.#last = answer.catch(() => null);
    return answer;
  }

  async #now(request: DemoRequest, open: () => Promise<DemoModel>, view: () => DemoView): Promise<unknown> {
    switch (request.kind) {
      case 'demoUsers': {
        const { dataset } = view();
        return listUsers(dataset, await this.#members(dataset, request.group), request.query, request.limit);
      }
      case 'drawUser': {
        const { dataset } = view();
        return drawUser(dataset, await this.#members(dataset, request.group), request.draw);
      }
      case 'userAfter': {
        const { dataset } = view();
        return userAfter(dataset, await this.#members(dataset, request.group), request.user, request.by);
      }
      case 'referenceTop':
        return this.#references.top(request, view());
      default: {
        this.#answers ??= new ModelAnswers(await open());
        const shown = view();
        return this.#answers.answer(request, { ...shown, popularity: (await this.#counted(shown.dataset)).popularity });
      }
    }
  }

  async #members(dataset: Dataset, group: UserGroupName): Promise<Uint32Array | null> {
    return group === 'all' ? null : (await this.#counted(dataset)).groups[group];
  }

  async #counted(dataset: Dataset): Promise<Counts> {
    if (this.#counts?.hash !== dataset.contentHash) {
      const counts = popularity(await wholeSequences(dataset), dataset.itemCount);
      this.#counts = { hash: dataset.contentHash, popularity: counts, groups: userGroups(dataset, counts) };
    }
    return this.#counts;
  }

  /** Its device is gone: nothing can be disposed of. */
  lose(): void {
    this.#answers = null;
  }

  async close(): Promise<void> {
    const answers = this.#answers;
    this.#answers = null;
    // An answer on its way still uses the model.
    await this.#last;
    await answers?.model.dispose();
  }
}
