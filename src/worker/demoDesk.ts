/**
 * Keeps the Demo's model open between the page's questions and answers them, one after the other: programs of one engine share
 * memory, so what one leaves must be read before the next runs.
 */
import type { Dataset } from '../data/dataset';
import { eventCount, historyOf } from '../data/splits';
import { wholeSequences } from '../data/wholeSequences';
import { popularity } from '../evaluate/sparseCounts';
import { BesideDesk, type BesideModel } from './besideModels';
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

/** What the session does for the Demo. */
export interface DemoHost {
  /** Opens the shown run's model. */
  readonly open: () => Promise<DemoModel>;
  /** Opens another run's. */
  readonly openBeside: (run: string) => Promise<BesideModel>;
  readonly view: () => DemoView;
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
  readonly #beside = new BesideDesk();
  #last: Promise<unknown> = Promise.resolve();

  /** Takes the model; the one before must be closed. */
  take(model: DemoModel): void {
    this.#answers = new ModelAnswers(model);
  }

  /** @throws as the host's functions do; ConfigError `demo/empty`, `demo/search` */
  answer(request: DemoRequest, host: DemoHost): Promise<unknown> {
    const answer = this.#last.then(() => this.#now(request, host));
    this.#last = answer.catch(() => null);
    return answer;
  }

  async #now(request: DemoRequest, { open, openBeside, view }: DemoHost): Promise<unknown> {
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
      case 'userHistory': {
        const { dataset, card } = view();
        const user = userAfter(dataset, null, request.user, 0);
        if (!user) return null;
        const end = eventCount(dataset.sequences, request.user);
        const items = [...historyOf(dataset.sequences, request.user, end, request.limit)].reverse();
        return { user, newestFirst: await Promise.all(items.map(card)) };
      }
      case 'referenceTop':
        return this.#references.top(request, view());
      case 'besideTop':
        return this.#beside.top(request, openBeside, view());
      default: {
        const run = 'run' in request ? request.run : undefined;
        if (run === undefined) this.#answers ??= new ModelAnswers(await open());
        const shown = view();
        const whole = { ...shown, popularity: (await this.#counted(shown.dataset)).popularity };
        if (run !== undefined) return this.#beside.answer({ run, request }, openBeside, whole);
        return this.#answers?.answer(request, whole);
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
    this.#beside.lose();
  }

  async close(): Promise<void> {
    const answers = this.#answers;
    this.#answers = null;
    // An answer on its way still uses the model.
    await this.#last;
    await answers?.model.dispose();
    await this.#beside.close();
  }
}
