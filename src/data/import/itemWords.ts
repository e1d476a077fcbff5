/** Item text by the rules of the formats: markup out, white space folded, fields joined. */

const NAMED_ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
  ['ndash', '–'],
  ['mdash', '—'],
  ['hellip', '…'],
  ['lsquo', '‘'],
  ['rsquo', '’'],
  ['ldquo', '“'],
  ['rdquo', '”'],
  ['bull', '•'],
  ['middot', '·'],
  ['deg', '°'],
  ['times', '×'],
  ['frac12', '½'],
  ['frac14', '¼'],
  ['frac34', '¾'],
  ['trade', '™'],
  ['reg', '®'],
  ['copy', '©'],
  ['eacute', 'é'],
  ['egrave', 'è'],
  ['agrave', 'à'],
  ['ccedil', 'ç'],
  ['ouml', 'ö'],
  ['auml', 'ä'],
  ['uuml', 'ü'],
  ['szlig', 'ß'],
  ['ntilde', 'ñ'],
]);

const ENTITY = /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z][a-zA-Z0-9]{1,7}));/g;
/** Bounded, so that a text full of "<" costs no quadratic time. */
const TAG = /<\/?[a-zA-Z!][^<>]{0,2000}>/g;
const MAY_NEED_CLEANING = /[<&]|\s\s|[\t\n\r\f\v\u00a0]|^\s|\s$/;

/**
 * Text without markup: tags become a space, entities their characters (after the tags, so that an escaped `&lt;b&gt;` stays
 * readable text), white space folds to one space. The result is text for encoders and for text nodes, never HTML.
 */
export function plainText(text: string): string {
  if (!MAY_NEED_CLEANING.test(text)) return text;
  return text.replace(TAG, ' ').replace(ENTITY, characterOf).replace(/\s+/g, ' ').trim();
}

function characterOf(whole: string, decimal?: string, hexadecimal?: string, name?: string): string {
  if (name !== undefined) return NAMED_ENTITIES.get(name) ?? whole;
  const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal);
  const isCharacter = code >= 0x20 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : whole;
}

/** Each field cleaned and ended with a full stop, joined by one space, empty fields left out (UTGRec §3.1.1). */
export function sentences(fields: readonly string[]): string {
  let text = '';
  for (const field of fields) {
    const clean = plainText(field);
    if (clean === '') continue;
    text += `${text === '' ? '' : ' '}${clean}${/[.!?…]$/.test(clean) ? '' : '.'}`;
  }
  return text;
}

/** Fields without their final stops, joined by ". ", empty ones left out: the workbench's own rule for its data folders. */
export function joinedFields(fields: readonly string[]): string {
  return fields
    .map((field) => field.trim().replace(/[.\s]+$/, ''))
    .filter((field) => field !== '')
    .join('. ');
}

/** `value` if it is an absolute https or http address without a password, of at most 2,000 characters, else ''. */
export function webAddress(value: string): string {
  if (value.length > 2000 || !/^https?:\/\/[^\s"'<>\\]+$/i.test(value) || !URL.canParse(value)) return '';
  const { username, password } = new URL(value);
  return username === '' && password === '' ? value : '';
}
