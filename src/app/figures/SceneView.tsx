import { memo, useId } from 'react';
import type { ColourName } from './palette';
import { patternId, patternParts, patternsOf } from './patterns';
import type { Anchor, Fill, Scene, Shape } from './scene';
import { sectorPath } from './sectors';

interface SceneViewProps {
  readonly scene: Scene;
  /** Text size the scene was laid out with. */
  readonly em: number;
  /** Row under the cursor. */
  readonly marked: Anchor | null;
  /** Further places of that row. */
  readonly echoes?: readonly Anchor[];
}

/** A scene on the page. Colours are custom properties, so another theme needs no new drawing. */
export function SceneView({ scene, em, marked, echoes = [] }: SceneViewProps) {
  return (
    <svg
      className="figure-svg"
      width={scene.width}
      height={scene.height}
      viewBox={`0 0 ${scene.width} ${scene.height}`}
      aria-hidden="true"
    >
      <Shapes scene={scene} em={em} />
      {echoes.map((anchor) => (
        <CursorMark key={`${anchor.x} ${anchor.y}`} anchor={anchor} em={em} />
      ))}
      {marked && <CursorMark anchor={marked} em={em} />}
    </svg>
  );
}

const Shapes = memo(({ scene, em }: { readonly scene: Scene; readonly em: number }) => {
  const prefix = `${useId().replace(/[^\w-]/g, '')}-`;
  return (
    <>
      <defs>
        {patternsOf(scene).map((fill) => (
          <Hatching key={patternId('', fill)} prefix={prefix} fill={fill} em={em} />
        ))}
      </defs>
      {scene.shapes.map((shape, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a shape is its place in the drawing order
        <ShapeView key={index} shape={shape} prefix={prefix} />
      ))}
    </>
  );
});

const paint = (colour: ColourName): string => `var(--${colour})`;

function Hatching({ prefix, fill, em }: { readonly prefix: string; readonly fill: Fill; readonly em: number }) {
  const { size, base, lines } = patternParts(fill.pattern, em);
  return (
    <pattern id={patternId(prefix, fill)} width={size} height={size} patternUnits="userSpaceOnUse">
      <rect width={size} height={size} fill={paint(fill.colour)} opacity={base} />
      <path d={lines.d} stroke={paint(fill.colour)} strokeWidth={lines.width} strokeLinecap={lines.cap} fill="none" />
    </pattern>
  );
}

function ShapeView({ shape, prefix }: { readonly shape: Shape; readonly prefix: string }) {
  if (shape.kind === 'text')
    return (
      <text
        x={shape.x}
        y={shape.y}
        fontSize={shape.size}
        fill={paint(shape.colour)}
        textAnchor={shape.anchor}
        fontWeight={shape.isBold ? 600 : undefined}
        transform={shape.turn === undefined ? undefined : `rotate(${shape.turn} ${shape.x} ${shape.y})`}
      >
        {shape.text}
      </text>
    );
  const { fill, stroke, strokeWidth, strokeOpacity, dash, row, series } = shape;
  const drawn = {
    fill: fill ? (fill.pattern === 'solid' ? paint(fill.colour) : `url(#${patternId(prefix, fill)})`) : 'none',
    fillOpacity: fill?.opacity,
    stroke: stroke && paint(stroke),
    strokeWidth,
    strokeOpacity,
    strokeDasharray: dash && dash.length > 0 ? dash.join(' ') : undefined,
    'data-row': row,
    'data-series': series,
  };
  if (shape.kind === 'path') return <path d={shape.d} {...drawn} />;
  return <rect x={shape.x} y={shape.y} width={shape.width} height={shape.height} {...drawn} />;
}

/** Double frame around what the cursor is on: visible on every colour. */
function CursorMark({ anchor, em }: { readonly anchor: Anchor; readonly em: number }) {
  if (anchor.sector) {
    const d = sectorPath(anchor.sector);
    return (
      <g className="figure-cursor">
        <path d={d} fill="none" stroke={paint('panel')} strokeWidth={4} />
        <path d={d} fill="none" stroke={paint('ink')} strokeWidth={2} />
      </g>
    );
  }
  const grow = anchor.width === 0 ? em * 0.45 : 1;
  const box = {
    x: anchor.x - grow,
    y: anchor.y - (anchor.width === 0 ? anchor.height / 2 : 0) - (anchor.height === 0 ? grow : 0),
    width: anchor.width + 2 * grow,
    height: anchor.height === 0 ? 2 * grow : anchor.height,
    rx: 2,
    fill: 'none',
  };
  return (
    <g className="figure-cursor">
      <rect {...box} stroke={paint('panel')} strokeWidth={4} />
      <rect {...box} stroke={paint('ink')} strokeWidth={2} />
    </g>
  );
}
