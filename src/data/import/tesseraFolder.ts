/**
 * The workbench's own data folders: `items.jsonl(.gz)`, `sequences.jsonl(.gz)`, picture packs (`posters.bin` + `posters.json`)
 * and published codes (`codes-<tokenizer>.jsonl(.gz)`).
 */
import { idField, idListField, numberListField, optionalTextField, optionalTextListField } from '../../formats/fields';
import type { Place } from '../../formats/formatProblem';
import { codeTokens } from '../../formats/semanticIds';
import { type JsonObject, parseLineObject } from '../../formats/strictJson';
import { splitPath } from './byteSources';
import { type ImportContext, type ImportPart, partsOf } from './candidate';
import { readImagePack } from './imagePack';
import { joinedFields } from './itemWords';
import type { ItemRecord } from './sink';

/** Reads the parts `items`, `sequences`, `codes`, `imageIndex` and `imagePack`. */
export async function readTesseraFolder(parts: readonly ImportPart[], context: ImportContext): Promise<void> {
  const { sink, meter } = context;
  for (const source of partsOf(parts, 'items')) {
    const file = source.name;
    await meter.eachLine(source, {
      onLine: (text, line) => sink.item(itemOf(parseLineObject(text, { file, line }), { file, line })),
    });
  }
  for (const source of partsOf(parts, 'sequences')) {
    const file = source.name;
    await meter.eachLine(source, {
      onLine: (text, line) => addSequence(context, parseLineObject(text, { file, line }), { file, line }),
    });
  }
  for (const source of partsOf(parts, 'codes')) {
    const file = source.name;
    const tokenizer = context.options.tokenizer ?? tokenizerOf(file);
    await meter.eachLine(source, {
      onLine: (text, line) => {
        const place = { file, line };
        const object = parseLineObject(text, place);
        const id = idField(object, 'id', place);
        sink.codes(tokenizer, id, codeTokens(object.tokens, { ...place, field: 'tokens' }));
      },
    });
  }
  await readImagePack(parts, context);
}

/**
 * `genres` and `tags` (MovieLens) stand in for `categories` and `keywords`; without a `description`, `year`, `director` and
 * `actors` make one. Text: title, brand, categories, description, keywords, the least telling part last, because encoders cut.
 */
function itemOf(object: JsonObject, place: Place): ItemRecord {
  const id = idField(object, 'id', place);
  const title = optionalTextField(object, 'title', place);
  const brand = optionalTextField(object, 'brand', place);
  const categories = optionalTextListField(object, object.categories === undefined ? 'genres' : 'categories', place);
  const keywords = optionalTextListField(object, object.keywords === undefined ? 'tags' : 'keywords', place);
  const description = descriptionOf(object, place);
  const text = joinedFields([title, brand, categories.join(', '), description, keywords.join(', ')]);
  return { id, title, text, categories, brand, imageUrl: '' };
}

function descriptionOf(object: JsonObject, place: Place): string {
  if (object.description !== undefined) return optionalTextListField(object, 'description', place).join(' ');
  const parts = ['year', 'director', 'actors'].map((field) => optionalTextField(object, field, place));
  return parts.filter((part) => part !== '').join(', ');
}

/** With ratings, events go in one by one (a history has no room for them); their order is that of the line. */
function addSequence({ sink }: ImportContext, object: JsonObject, place: Place): void {
  const user = idField(object, 'user', place);
  const items = idListField(object, 'items', place);
  const times = numberListField(object, 'timestamps', place, items.length);
  const ratings = numberListField(object, 'ratings', place, items.length);
  if (ratings === null || times === null) {
    sink.sequence(user, items, ...(times === null ? [] : [times]));
    return;
  }
  for (const [index, item] of items.entries()) {
    sink.interaction(user, item, times[index] ?? Number.NaN, ratings[index] ?? Number.NaN);
  }
}

/** `codes-rqvae.jsonl.gz` -> `rqvae`. */
function tokenizerOf(name: string): string {
  return /^codes-(.+?)\.jsonl(\.gz)?$/.exec(splitPath(name).file)?.[1] ?? 'published';
}
