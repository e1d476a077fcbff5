/**
 * Generated files in the shape of Amazon Reviews 2023: reviews and metadata as JSON lines, with realistic lengths (500 bytes a
 * review, 1.1 KB an item, both long-tailed), a Zipf-like popularity and a few letters outside Latin-1. The words are random:
 * what is measured is reading, not learning.
 */
import { uniformGenerator } from '../../src/base/random';

export interface CatalogueShape {
  readonly seed: number;
  readonly users: number;
  readonly items: number;
  readonly reviews: number;
}

/** The catalogue of the throughput target: 2 M reviews of 200 k items, 1 GB. `share` of it for smaller ones. */
export const targetShape = (share = 1): CatalogueShape => ({
  seed: 2023,
  users: Math.round(400_000 * share),
  items: Math.round(200_000 * share),
  reviews: Math.round(2_000_000 * share),
});

const CHUNK_CHARACTERS = 2 ** 18;
const FIRST_TIME = 1_400_000_000_000;
const TIME_SPAN = 270_000_000_000;

/** Random words, from which texts are cut: cheaper than making each one. */
function wordSoup(uniform: () => number): string {
  const letters = 'etaoinshrdlucmfwypvbgkjqxz';
  const vocabulary = Array.from({ length: 4000 }, () => {
    const length = 2 + Math.floor(9 * uniform() ** 2);
    return Array.from({ length }, () => letters[Math.floor(letters.length * uniform() ** 1.7)]).join('');
  });
  const marks = ['. ', ', ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' '];
  let soup = '';
  while (soup.length < 2 ** 20) {
    soup += vocabulary[Math.floor(vocabulary.length * uniform() ** 2)] ?? '';
    soup += uniform() < 0.004 ? '’s ' : (marks[Math.floor(marks.length * uniform())] ?? ' ');
  }
  return soup;
}

/** The two files of one category as chunks of text; the same seed gives the same bytes. */
export function* reviewLines(shape: CatalogueShape): Generator<string, void, undefined> {
  const uniform = uniformGenerator(shape.seed);
  const soup = wordSoup(uniform);
  const text = textCutter(soup, uniform);
  let chunk = '';
  for (let review = 0; review < shape.reviews; review++) {
    const item = Math.floor(shape.items * uniform() ** 2.5);
    const user = Math.floor(shape.users * uniform() ** 1.5);
    // Mean 230 characters with a long tail, as in the real files.
    const length = Math.floor(30 + 90 * -Math.log(1 - uniform()) * (uniform() < 0.1 ? 8 : 1.4));
    const time = FIRST_TIME + Math.floor(TIME_SPAN * uniform());
    const rating = 1 + Math.floor(5 * uniform() ** 0.4);
    chunk += `{"rating": ${rating}.0, "title": "${text(8 + 30 * uniform())}", "text": "${text(length)}", "images": [], "asin": "${asin(item)}", "parent_asin": "${asin(item)}", "user_id": "${userId(user)}", "timestamp": ${time}, "helpful_vote": ${Math.floor(3 * uniform() ** 4)}, "verified_purchase": ${uniform() < 0.9}}\n`;
    if (chunk.length > CHUNK_CHARACTERS) {
      yield chunk;
      chunk = '';
    }
  }
  yield chunk;
}

/**
 * As `reviewLines`, for the metadata.
 * @param features up to how many sentences on an item, each of up to so many characters
 */
export function* metaLines(
  shape: CatalogueShape,
  features = { most: 4, longest: 140 },
): Generator<string, void, undefined> {
  const uniform = uniformGenerator(shape.seed + 1);
  const text = textCutter(wordSoup(uniform), uniform);
  let chunk = '';
  for (let item = 0; item < shape.items; item++) {
    const sentences = Array.from(
      { length: Math.floor((features.most + 1) * uniform()) },
      () => `"${text(30 + (features.longest - 30) * uniform())}"`,
    );
    const category = `Category ${item % 17}`;
    const image = `https://images.example/${asin(item)}`;
    chunk += `{"main_category": "Office Products", "title": "${text(40 + 80 * uniform())}", "average_rating": 4.${item % 10}, "rating_number": ${Math.floor(900 * uniform() ** 3)}, "features": [${sentences.join(', ')}], "description": ["${text(400 * uniform() ** 2)}"], "price": ${uniform() < 0.5 ? 'null' : '"19.99"'}, "images": [{"thumb": "${image}_t.jpg", "large": "${image}_l.jpg", "variant": "MAIN", "hi_res": null}, {"thumb": "${image}_t2.jpg", "large": "${image}_l2.jpg", "variant": "PT01", "hi_res": null}], "videos": [], "store": "Brand ${item % 911}", "categories": ["Office Products", "${category}", "${text(12)}"], "details": {"Brand": "Brand ${item % 911}", "Item Weight": "1 pounds"}, "parent_asin": "${asin(item)}", "bought_together": null}\n`;
    if (chunk.length > CHUNK_CHARACTERS) {
      yield chunk;
      chunk = '';
    }
  }
  yield chunk;
}

function textCutter(soup: string, uniform: () => number): (length: number) => string {
  return (length) => {
    const from = Math.floor((soup.length - length - 1) * uniform());
    return soup.slice(from, from + length);
  };
}

export const asin = (item: number): string => `B0${item.toString(36).toUpperCase().padStart(8, '0')}`;
/** 28 letters, as the real ones. */
export const userId = (user: number): string => `AE${(user * 2654435761).toString(36).toUpperCase().padStart(26, 'Q')}`;
