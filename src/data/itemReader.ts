/** Items of a data set, line by line, into columns. */
import { idField, optionalTextField, optionalTextListField, textField } from '../formats/fields';
import { formatProblem, type Place } from '../formats/formatProblem';
import type { JsonObject } from '../formats/strictJson';
import type { ItemColumns } from './dataset';

/** `domainOfItem` is a byte array. */
const MAX_DOMAINS = 256;

export class ItemReader {
  readonly ids: string[] = [];
  readonly indexOfId = new Map<string, number>();
  readonly #titles: string[] = [];
  readonly #brands: string[] = [];
  readonly #categories: string[][] = [];
  readonly #descriptions: string[] = [];
  readonly #keywords: string[][] = [];
  readonly #domains: string[] = [];

  /**
   * Adds one line's item, or leaves everything as it was and throws.
   * `genres` and `tags` (MovieLens) stand in for `categories` and `keywords`; without a `description`, `year`, `director` and
   * `actors` make one. @throws FormatError `field/*`, `dataset/duplicateItem`
   */
  add(object: JsonObject, place: Place): void {
    const id = idField(object, 'id', place);
    if (this.indexOfId.has(id)) {
      const problem = { wanted: 'every item once', came: `id ${id} again`, remedy: 'remove one of the two lines' };
      throw formatProblem('dataset/duplicateItem', { ...place, field: 'id' }, problem);
    }
    const title = textField(object, 'title', place);
    const brand = optionalTextField(object, 'brand', place);
    const categories = optionalTextListField(object, object.categories === undefined ? 'genres' : 'categories', place);
    const keywords = optionalTextListField(object, object.keywords === undefined ? 'tags' : 'keywords', place);
    const description = descriptionOf(object, place);
    const domain = optionalTextField(object, 'domain', place);
    this.indexOfId.set(id, this.ids.length);
    this.ids.push(id);
    this.#titles.push(title);
    this.#brands.push(brand);
    this.#categories.push(categories);
    this.#keywords.push(keywords);
    this.#descriptions.push(description);
    this.#domains.push(domain);
  }

  /** @throws FormatError `dataset/domains` for more than 256 domains */
  finish(file: string): ItemColumns {
    const domainNames = [...new Set(this.#domains)];
    if (domainNames.length > MAX_DOMAINS) {
      const problem = { wanted: `at most ${MAX_DOMAINS} domains`, came: `${domainNames.length}`, remedy: 'merge some' };
      throw formatProblem('dataset/domains', { file, field: 'domain' }, problem);
    }
    const hasDomains = domainNames.some((name) => name !== '');
    const indexOfDomain = new Map(domainNames.map((name, index) => [name, index]));
    return {
      ids: this.ids,
      indexOfId: this.indexOfId,
      titles: this.#titles,
      brands: this.#brands,
      categories: this.#categories,
      descriptions: this.#descriptions,
      keywords: this.#keywords,
      domainOfItem: hasDomains ? Uint8Array.from(this.#domains, (name) => indexOfDomain.get(name) ?? 0) : null,
      domainNames: hasDomains ? domainNames : [],
    };
  }
}

function descriptionOf(object: JsonObject, place: Place): string {
  if (object.description !== undefined) return optionalTextListField(object, 'description', place).join(' ');
  const parts = ['year', 'director', 'actors'].map((field) => optionalTextField(object, field, place));
  return parts.filter((part) => part !== '').join(', ');
}
