/** A scene as an SVG file: light colours, measures of a paper, legend and titles inside. */

import { sceneOf } from './layout';
import { type ColourName, LIGHT, type Pattern } from './palette';
import { patternId, patternParts, patternsOf } from './patterns';
import { coordinate, type Fill, type Shape } from './scene';
import type { FigureSpec } from './spec';

/** Column and page of the usual two-column paper. */
export type PaperWidth = 84 | 174;

export const POINTS_PER_MM = 72 / 25.4;
/** Text size of files in points; journals want at least 7. */
export const PAPER_EM = 7.2;
const FONTS = 'Helvetica, Arial, sans-serif';

export const xmlText = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    // Control characters are not allowed in XML at all.
    .replace(/\p{Cc}/gu, ' ');

const colourIn = (name: ColourName): string => LIGHT[name] ?? '#000000';

/**
 * The figure for a paper, in points; every number of the marks is in their titles as the table shows it.
 * @param prefix of the hatchings' ids, where several figures stand in one file
 */
export function svgOf(spec: FigureSpec, widthMm: PaperWidth, prefix = ''): string {
  const scene = sceneOf(spec, { width: widthMm * POINTS_PER_MM, em: PAPER_EM, hasTitle: true });
  const heightMm = scene.height / POINTS_PER_MM;
  const patterns = patternsOf(scene).map((fill) => patternText(fill, prefix));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" width="${widthMm}mm" height="${coordinate(heightMm)}mm" viewBox="0 0 ${coordinate(scene.width)} ${coordinate(scene.height)}" font-family="${FONTS}" role="img">`,
    `<title>${xmlText(spec.title)}</title>`,
    `<desc>${xmlText(spec.summary)}</desc>`,
    `<defs>${patterns.join('')}</defs>`,
    `<rect width="100%" height="100%" fill="${colourIn('panel')}"/>`,
    ...scene.shapes.map((shape) => shapeText(shape, prefix)),
    '</svg>',
    '',
  ].join('\n');
}

const patternText = (fill: { readonly colour: ColourName; readonly pattern: Pattern }, prefix: string): string => {
  const { size, base, lines } = patternParts(fill.pattern, PAPER_EM);
  const colour = colourIn(fill.colour);
  return `<pattern id="${patternId(prefix, fill)}" width="${coordinate(size)}" height="${coordinate(size)}" patternUnits="userSpaceOnUse"><rect width="${coordinate(size)}" height="${coordinate(size)}" fill="${colour}" opacity="${base}"/><path d="${lines.d}" stroke="${colour}" stroke-width="${coordinate(lines.width)}" stroke-linecap="${lines.cap}" fill="none"/></pattern>`;
};

const fillText = (fill: Fill | undefined, prefix: string): string => {
  if (!fill) return 'fill="none"';
  const paint = fill.pattern === 'solid' ? colourIn(fill.colour) : `url(#${patternId(prefix, fill)})`;
  return `fill="${paint}"${fill.opacity === undefined ? '' : ` fill-opacity="${fill.opacity}"`}`;
};

function shapeText(shape: Shape, prefix: string): string {
  if (shape.kind === 'text') {
    const turn =
      shape.turn === undefined
        ? ''
        : ` transform="rotate(${coordinate(shape.turn)} ${coordinate(shape.x)} ${coordinate(shape.y)})"`;
    return `<text x="${coordinate(shape.x)}" y="${coordinate(shape.y)}" font-size="${coordinate(shape.size)}" fill="${colourIn(shape.colour)}" text-anchor="${shape.anchor}"${shape.isBold ? ' font-weight="600"' : ''}${turn}>${xmlText(shape.text)}</text>`;
  }
  const stroke = shape.stroke
    ? ` stroke="${colourIn(shape.stroke)}" stroke-width="${coordinate(shape.strokeWidth ?? 1)}"${shape.dash?.length ? ` stroke-dasharray="${shape.dash.map(coordinate).join(' ')}"` : ''}${shape.strokeOpacity === undefined ? '' : ` stroke-opacity="${shape.strokeOpacity}"`}`
    : '';
  const title = shape.label === undefined ? '' : `<title>${xmlText(shape.label)}</title>`;
  const row = shape.row === undefined ? '' : ` data-row="${xmlText(shape.row)}"`;
  const body =
    shape.kind === 'path'
      ? `path d="${shape.d}"`
      : `rect x="${coordinate(shape.x)}" y="${coordinate(shape.y)}" width="${coordinate(shape.width)}" height="${coordinate(shape.height)}"`;
  const tag = shape.kind;
  return title === ''
    ? `<${body} ${fillText(shape.fill, prefix)}${stroke}${row}/>`
    : `<${body} ${fillText(shape.fill, prefix)}${stroke}${row}>${title}</${tag}>`;
}
