/**
 * Colours of figures by name. The page shows them as custom properties of styles/tokens.css, exported files carry these
 * values; a test holds both equal, and holds contrast (3:1 for marks, 4.5:1 for text) and distance under colour-vision
 * deficiency. Meaning never rests on colour alone: series also differ by hatching, dash and marker.
 */

export const SERIES_COUNT = 8;

type Digit = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
export type RampColour = `ramp-${Digit}` | `div-${Digit | 9}`;
export type ColourName =
  | 'ink'
  | 'ink-2'
  | 'ink-3'
  | 'line-strong'
  | 'grid'
  | 'panel'
  | 'hatch'
  | `series-${Digit}`
  | RampColour
  | `on-${RampColour}`;

/** Values by ColourName; the test holds that no name is missing. */
export type Palette = Readonly<Record<string, string>>;

export const RAMP: readonly RampColour[] = [
  'ramp-1',
  'ramp-2',
  'ramp-3',
  'ramp-4',
  'ramp-5',
  'ramp-6',
  'ramp-7',
  'ramp-8',
];
/** Blue below zero, orange above, the middle near the background. */
export const DIVERGING: readonly RampColour[] = [
  'div-1',
  'div-2',
  'div-3',
  'div-4',
  'div-5',
  'div-6',
  'div-7',
  'div-8',
  'div-9',
];

const numbered = (name: string, colours: string): Record<string, string> =>
  Object.fromEntries(colours.split(' ').map((colour, index) => [`${name}-${index + 1}`, colour]));

const paletteOf = (parts: {
  readonly plain: Readonly<Record<string, string>>;
  readonly series: string;
  readonly ramp: string;
  readonly onRamp: string;
  readonly div: string;
  readonly onDiv: string;
}): Palette => ({
  ...parts.plain,
  ...numbered('series', parts.series),
  ...numbered('ramp', parts.ramp),
  ...numbered('on-ramp', parts.onRamp),
  ...numbered('div', parts.div),
  ...numbered('on-div', parts.onDiv),
});

/** Light: also what exported figures use. */
export const LIGHT = paletteOf({
  plain: {
    ink: '#1e1c18',
    'ink-2': '#4f4a41',
    'ink-3': '#686257',
    'line-strong': '#8b857a',
    grid: '#ece9e2',
    panel: '#ffffff',
    hatch: '#d0cabd',
  },
  series: '#671027 #953400 #ba882e #356d76 #6399be #382871 #a053fd #7719b6',
  ramp: '#e9d86b #d0be5f #b3a568 #958f6e #737370 #5f6470 #3f4d6b #0d2f66',
  onRamp: '#1e1c18 #1e1c18 #1e1c18 #1e1c18 #ffffff #ffffff #ffffff #ffffff',
  div: '#1f4e8c #4372b0 #86a8d1 #c0d2e8 #efede8 #f3d3b4 #e5a76d #a95c18 #8f4a06',
  onDiv: '#ffffff #ffffff #1e1c18 #1e1c18 #1e1c18 #1e1c18 #1e1c18 #ffffff #ffffff',
});

export const DARK = paletteOf({
  plain: {
    ink: '#e9e7e2',
    'ink-2': '#b3b9be',
    'ink-3': '#8d969e',
    'line-strong': '#6d7883',
    grid: '#1b2229',
    panel: '#0f1419',
    hatch: '#37414b',
  },
  series: '#994f59 #d16b42 #efc37e #97e6f5 #6b92ad #675ca9 #bf9bfc #ae5cf3',
  ramp: '#1d3a6e #3f4d6b #5f6470 #7f7e7b #958f6e #b3a568 #d0be5f #f5e36e',
  onRamp: '#e9e7e2 #e9e7e2 #e9e7e2 #0f1419 #0f1419 #0f1419 #0f1419 #0f1419',
  div: '#9cc4f5 #77a2da #3d5f91 #28405f #1d2329 #4f3620 #7d5028 #d08f4d #f3b574',
  onDiv: '#0f1419 #0f1419 #e9e7e2 #e9e7e2 #e9e7e2 #e9e7e2 #e9e7e2 #0f1419 #0f1419',
});

export type Pattern = 'solid' | 'diagonal' | 'cross' | 'dots';
export type Marker = 'disc' | 'ring' | 'square' | 'diamond' | 'triangle';

/** How one series looks: no two of the first 32 share colour and pattern; neighbours share nothing. */
export interface SeriesStyle {
  readonly colour: ColourName;
  readonly pattern: Pattern;
  /** Dash lengths in line widths; empty for a full line. */
  readonly dash: readonly number[];
  readonly marker: Marker;
}

// Neighbours in this order lie far apart under every kind of colour vision.
const ORDER: readonly Digit[] = [4, 2, 6, 3, 8, 5, 1, 7];
const PATTERNS: readonly Pattern[] = ['solid', 'diagonal', 'dots', 'cross'];
const DASHES: readonly (readonly number[])[] = [[], [6, 4], [2, 3], [8, 3, 2, 3]];
const MARKERS: readonly Marker[] = ['disc', 'ring', 'square', 'diamond', 'triangle'];

/** Style of the series at a place; patterns turn with every place and once more each round of colours. */
export function seriesStyle(index: number): SeriesStyle {
  const round = Math.floor(index / SERIES_COUNT);
  const digit = ORDER[index % SERIES_COUNT] ?? 1;
  return {
    colour: `series-${digit}`,
    pattern: PATTERNS[(index + round) % PATTERNS.length] ?? 'solid',
    dash: DASHES[(index + round) % DASHES.length] ?? [],
    marker: MARKERS[index % MARKERS.length] ?? 'disc',
  };
}
