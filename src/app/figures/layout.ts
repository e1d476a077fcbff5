/**
 * Places panels, axes, legend and note of a figure for a given width. All measures follow the text size, so the same
 * figure suits a screen and a column of a paper.
 */
import { drawLegend } from './legend';
import type { PanelFrame } from './markContext';
import { drawMark } from './markShapes';
import { scaleOf } from './scales';
import { type Anchor, coordinate, type Scene, type Shape, textWidth } from './scene';
import type { Axis, FigureSpec, PanelRow, PanelSpec } from './spec';

export interface Frame {
  readonly width: number;
  /** Text size: CSS pixels on the page, points in files. */
  readonly em: number;
  /** Files carry their title; on the page the panel does. */
  readonly hasTitle: boolean;
}

interface Margins {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export function sceneOf(spec: FigureSpec, frame: Frame): Scene {
  const { width, em } = frame;
  const shapes: Shape[] = [];
  const anchors = new Map<string, Anchor>();
  const echoes = new Map<string, Anchor[]>();
  let y = 0;
  if (frame.hasTitle) {
    y += em * 1.5;
    shapes.push({
      kind: 'text',
      x: 0,
      y: y - em * 0.4,
      text: spec.title,
      size: em * 1.15,
      colour: 'ink',
      anchor: 'start',
      isBold: true,
    });
  }
  // Rows of one panel share their sides, so that their axes line up.
  const shared = Math.max(
    0,
    ...spec.rows.filter(({ panels }) => panels.length === 1).map(({ panels }) => leftOf(panels[0], em)),
  );
  for (const row of spec.rows) {
    for (const line of linesOf(row, width, em)) {
      const left = row.panels.length === 1 ? shared : Math.max(0, ...line.map((panel) => leftOf(panel, em)));
      const perPanel = width / line.length;
      let bottom = y;
      for (const [place, panel] of line.entries()) {
        const drawn = drawPanel(spec, panel, row, { x: place * perPanel, y, width: perPanel, left, em });
        shapes.push(...drawn.shapes);
        // The first mark of a panel that shows a row is where the row stands in it.
        const here = new Map<string, Anchor>();
        for (const anchor of drawn.anchors) if (!here.has(anchor.row)) here.set(anchor.row, anchor);
        for (const [key, anchor] of here)
          if (!anchors.has(key)) anchors.set(key, anchor);
          else echoes.set(key, [...(echoes.get(key) ?? []), anchor]);
        bottom = Math.max(bottom, drawn.bottom);
      }
      y = bottom + em * 0.9;
    }
  }
  const legend = drawLegend(spec, { width, top: y, em });
  shapes.push(...legend.shapes);
  y = legend.bottom;
  for (const text of wrapped(spec.note ?? '', width, em)) {
    y += em * 1.35;
    shapes.push({ kind: 'text', x: 0, y: y - em * 0.3, text, size: em, colour: 'ink-3', anchor: 'start' });
  }
  return { width, height: Math.ceil(y + em * 0.4), shapes, anchors, echoes };
}

/** Small multiples that would get too narrow go to further lines; every line has as many places as the first. */
function linesOf(row: PanelRow, width: number, em: number): readonly (readonly PanelSpec[])[] {
  const fitting = Math.max(1, Math.floor(width / ((row.minWidth ?? 0) * em || width)));
  const lineCount = Math.ceil(row.panels.length / fitting);
  const perLine = Math.ceil(row.panels.length / Math.max(1, lineCount));
  return Array.from({ length: lineCount }, (_, line) => row.panels.slice(line * perLine, (line + 1) * perLine));
}

const TICKS_WIDE = 7;

const tickTexts = (axis: Axis): readonly string[] => scaleOf(axis, [0, 100], 5).ticks.map(({ label }) => label);

function leftOf(panel: PanelSpec | undefined, em: number): number {
  if (!panel) return 0;
  const ticks = Math.max(0, ...tickTexts(panel.y).map((text) => textWidth(text, em)));
  return ticks + (ticks > 0 ? em * 0.6 : em * 0.2) + (panel.y.title === '' ? 0 : em * 1.5);
}

function marginsOf(panel: PanelSpec, left: number, em: number): Margins {
  const hasTicks = tickTexts(panel.x).length > 0;
  return {
    left,
    right: em * 1.1,
    top: panel.title === undefined && panel.caption === undefined ? em * 0.6 : em * 1.7,
    bottom: (hasTicks ? em * 1.5 : em * 0.4) + (panel.x.title === '' ? 0 : em * 1.4),
  };
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly left: number;
  readonly em: number;
}

function drawPanel(
  spec: FigureSpec,
  panel: PanelSpec,
  row: PanelRow,
  place: Place,
): { readonly shapes: readonly Shape[]; readonly anchors: readonly Anchor[]; readonly bottom: number } {
  const { em } = place;
  const margins = marginsOf(panel, place.left, em);
  const room = Math.max(em * 3, place.width - margins.left - margins.right);
  const height = row.isSquare ? Math.min(row.height * em, room) : row.height * em;
  const width = row.isSquare ? height : room;
  const left = place.x + margins.left + (panel.isRound ? (room - width) / 2 : 0);
  const top = place.y + margins.top;
  const frame: PanelFrame = {
    left,
    top,
    width,
    height,
    em,
    isRound: panel.isRound ?? false,
    x: scaleOf(panel.x, [left, left + width], Math.max(2, Math.min(TICKS_WIDE, Math.floor(width / (em * 4))))),
    // Bands run downwards, numbers upwards.
    y: scaleOf(
      panel.y,
      panel.y.scale.kind === 'band' ? [top, top + height] : [top + height, top],
      panel.y.scale.kind === 'band'
        ? Math.max(2, Math.floor(height / (em * 1.3)))
        : Math.max(2, Math.floor(height / (em * 3))),
    ),
  };
  const shapes: Shape[] = [];
  const anchors: Anchor[] = [];
  if (panel.title !== undefined)
    shapes.push({
      kind: 'text',
      x: left,
      y: place.y + em * 1.1,
      text: panel.title,
      size: em,
      colour: 'ink',
      anchor: 'start',
      isBold: true,
    });
  const captionRoom = width - textWidth(panel.title ?? '', em) * 1.1 - em;
  const caption = panel.caption?.find((text) => textWidth(text, em) <= captionRoom);
  if (caption !== undefined)
    shapes.push({
      kind: 'text',
      x: left + width,
      y: place.y + em * 1.1,
      text: caption,
      size: em,
      colour: 'ink-2',
      anchor: 'end',
    });
  if (!panel.isRound) shapes.push(...axisShapes(panel, frame, margins));
  for (const mark of panel.marks) {
    const drawn = drawMark(spec, panel, mark, frame);
    shapes.push(...drawn.shapes);
    anchors.push(...drawn.anchors);
  }
  return { shapes, anchors, bottom: top + height + margins.bottom };
}

function axisShapes(panel: PanelSpec, frame: PanelFrame, margins: Margins): readonly Shape[] {
  const { left, top, width, height, em, x, y } = frame;
  const bottom = top + height;
  const shapes: Shape[] = [];
  for (const { at, label } of y.ticks) {
    const py = y.at(at);
    if (y.band === 0)
      shapes.push({
        kind: 'path',
        d: `M${coordinate(left)},${coordinate(py)}H${coordinate(left + width)}`,
        stroke: 'grid',
        strokeWidth: 0.8,
      });
    shapes.push({
      kind: 'text',
      x: left - em * 0.5,
      y: py + em * 0.35,
      text: label,
      size: em,
      colour: 'ink-3',
      anchor: 'end',
    });
  }
  for (const { at, label } of x.ticks)
    shapes.push({
      kind: 'text',
      x: x.at(at),
      y: bottom + em * 1.3,
      text: label,
      size: em,
      colour: 'ink-3',
      anchor: 'middle',
    });
  if (x.band === 0 || y.band === 0)
    shapes.push({
      kind: 'path',
      d: `M${coordinate(left)},${coordinate(bottom)}H${coordinate(left + width)}`,
      stroke: 'line-strong',
      strokeWidth: 0.8,
    });
  if (panel.x.title !== '')
    shapes.push({
      kind: 'text',
      x: left + width / 2,
      y: bottom + margins.bottom - em * 0.3,
      text: panel.x.title,
      size: em,
      colour: 'ink-2',
      anchor: 'middle',
    });
  if (panel.y.title !== '')
    shapes.push({
      kind: 'text',
      x: left - margins.left + em,
      y: top + height / 2,
      text: panel.y.title,
      size: em,
      colour: 'ink-2',
      anchor: 'middle',
      turn: -90,
    });
  return shapes;
}

/** Lines of a text that fit the width. */
export function wrapped(text: string, width: number, em: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').filter(Boolean)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(longer, em) * 0.97 > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line === '' ? lines : [...lines, line];
}
