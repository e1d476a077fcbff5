/** Users of a data set, line by line, into one flat table. */
import type { SequenceTable } from '../base/sequenceTable';
import { idField, idListField } from '../formats/fields';
import { formatProblem, type Place } from '../formats/formatProblem';
import type { JsonObject } from '../formats/strictJson';

/** Leave-one-out needs a history, a validation target and a test target. */
export const MIN_USER_EVENTS = 3;

export class SequenceReader {
  readonly users: string[] = [];
  shortUsers = 0;
  repeatedEvents = 0;
  readonly #seenUsers = new Set<string>();
  readonly #offsets: number[] = [0];
  #items = new Uint32Array(1 << 16);
  #length = 0;

  /**
   * Adds one line's user, or leaves everything as it was and throws. Users with fewer than 3 events are only counted.
   * @throws FormatError `field/*`, `dataset/duplicateUser`, `dataset/emptySequence`, `dataset/unknownItem`
   */
  add(object: JsonObject, place: Place, indexOfItem: ReadonlyMap<string, number>): void {
    const user = idField(object, 'user', place);
    if (this.#seenUsers.has(user)) {
      const problem = { wanted: 'every user once', came: `user ${user} again`, remedy: 'merge the two lines' };
      throw formatProblem('dataset/duplicateUser', { ...place, field: 'user' }, problem);
    }
    const ids = idListField(object, 'items', place);
    if (ids.length === 0) {
      const problem = { wanted: 'at least one item', came: 'an empty list', remedy: 'remove the line' };
      throw formatProblem('dataset/emptySequence', { ...place, field: 'items' }, problem);
    }
    const indices = ids.map((id, position) => {
      const index = indexOfItem.get(id);
      if (index !== undefined) return index;
      const came = `id ${id} at position ${position}`;
      const remedy = 'add the item to the item file or remove it here';
      throw formatProblem(
        'dataset/unknownItem',
        { ...place, field: 'items' },
        { wanted: 'ids of known items', came, remedy },
      );
    });
    this.#seenUsers.add(user);
    if (indices.length < MIN_USER_EVENTS) {
      this.shortUsers++;
      return;
    }
    this.users.push(user);
    this.repeatedEvents += indices.length - new Set(indices).size;
    this.#append(indices);
  }

  finish(): SequenceTable {
    return { items: this.#items.slice(0, this.#length), offsets: Uint32Array.from(this.#offsets) };
  }

  #append(indices: readonly number[]): void {
    const needed = this.#length + indices.length;
    if (needed > this.#items.length) {
      const larger = new Uint32Array(Math.max(needed, 2 * this.#items.length));
      larger.set(this.#items.subarray(0, this.#length));
      this.#items = larger;
    }
    this.#items.set(indices, this.#length);
    this.#length = needed;
    this.#offsets.push(needed);
  }
}
