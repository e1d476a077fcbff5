/**
 * Draws up to millions of points with WebGL 2 in one call a pass: first what is not picked, then what is, on top. Plain
 * WebGL, because the libraries for it compile code at run time and start workers from blobs, which our content policy
 * refuses.
 */
import type { Marker } from '../figures/palette';
import { type MapPainter, pointSize, unitPixels } from './painter';

const MOST_GROUPS = 16;
const MARKERS: readonly Marker[] = ['disc', 'ring', 'square', 'diamond', 'triangle'];

const VERTEX = `#version 300 es
in vec2 place;
in vec2 traits; // group, picked
uniform vec2 middle;
uniform vec2 unit; // clip units per unit of the points
uniform float size; // device pixels
uniform float pass; // 0: not picked, 1: picked
flat out int group;
void main() {
  group = int(traits.x + 0.5);
  gl_Position = traits.y == pass ? vec4((place - middle) * unit, 0.0, 1.0) : vec4(2.0, 2.0, 0.0, 1.0);
  gl_PointSize = size;
}`;

const FRAGMENT = `#version 300 es
precision highp float;
flat in int group;
uniform vec3 colours[${MOST_GROUPS}];
uniform int markers[${MOST_GROUPS}];
uniform float size;
uniform float alpha;
out vec4 colour;
float distanceOf(int marker, vec2 p) {
  if (marker == 2) return max(abs(p.x), abs(p.y)) + 0.2;
  if (marker == 3) return abs(p.x) + abs(p.y);
  if (marker == 4) return max(abs(p.x) * 1.05 - p.y * 0.55, p.y) + 0.35;
  return length(p);
}
void main() {
  vec2 p = gl_PointCoord * 2.0 - 1.0;
  int marker = markers[group];
  float d = distanceOf(marker, p);
  float cover = clamp((1.0 - d) * size * 0.5, 0.0, 1.0);
  if (marker == 1) cover *= clamp((d - 0.5) * size * 0.5 + 0.5, 0.15, 1.0);
  float strength = cover * alpha;
  if (strength < 0.01) discard;
  colour = vec4(colours[group] * strength, strength);
}`;

/** Null where the browser gives no WebGL 2. */
export function createGlPainter(canvas: HTMLCanvasElement): MapPainter | null {
  const gl = canvas.getContext('webgl2', { antialias: false, premultipliedAlpha: true });
  const program = gl && buildProgram(gl);
  if (!gl || !program) return null;
  const buffers = [gl.createBuffer(), gl.createBuffer()] as const;
  const vertices = gl.createVertexArray();
  const uniform = (name: string): WebGLUniformLocation | null => gl.getUniformLocation(program, name);
  const [middle, unit, size, pass, alpha] = ['middle', 'unit', 'size', 'pass', 'alpha'].map(uniform);
  const [colours, markers] = [uniform('colours'), uniform('markers')];
  let count = 0;
  let picked = 0;
  return {
    kind: 'webgl',
    setPoints({ x, y }, groupOf, flags) {
      const places = new Float32Array(2 * x.length);
      const traits = new Uint8Array(2 * x.length);
      picked = 0;
      for (let item = 0; item < x.length; item++) {
        places[2 * item] = x[item] ?? 0;
        places[2 * item + 1] = y[item] ?? 0;
        traits[2 * item] = groupOf[item] ?? 0;
        traits[2 * item + 1] = flags[item] ?? 0;
        picked += flags[item] ?? 0;
      }
      count = x.length;
      gl.bindVertexArray(vertices);
      const attributes = [
        ['place', places, gl.FLOAT],
        ['traits', traits, gl.UNSIGNED_BYTE],
      ] as const;
      attributes.forEach(([name, data, type], at) => {
        const location = gl.getAttribLocation(program, name);
        gl.bindBuffer(gl.ARRAY_BUFFER, buffers[at] ?? null);
        gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
        gl.enableVertexAttribArray(location);
        gl.vertexAttribPointer(location, 2, type, false, 0, 0);
      });
    },
    draw(view, style, mapSize) {
      const perUnit = unitPixels(mapSize, view.zoom);
      gl.viewport(0, 0, mapSize.width, mapSize.height);
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT);
      // biome-ignore lint/correctness/useHookAtTopLevel: WebGL's, not React's
      gl.useProgram(program);
      gl.enable(gl.BLEND);
      gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
      gl.bindVertexArray(vertices);
      gl.uniform2f(middle ?? null, view.x, view.y);
      gl.uniform2f(unit ?? null, (2 * perUnit) / mapSize.width, (2 * perUnit) / mapSize.height);
      const flat = new Float32Array(3 * MOST_GROUPS);
      const kinds = new Int32Array(MOST_GROUPS);
      style.colours.forEach((colour, group) => {
        flat.set(colour, 3 * group);
      });
      style.markers.forEach((marker, group) => {
        kinds[group] = MARKERS.indexOf(marker);
      });
      gl.uniform3fv(colours, flat);
      gl.uniform1iv(markers, kinds);
      const diameter = pointSize(count, view.zoom) * mapSize.pixelRatio;
      for (const isPicked of picked > 0 ? [0, 1] : [0]) {
        gl.uniform1f(size ?? null, isPicked ? diameter * 1.3 : diameter);
        gl.uniform1f(pass ?? null, isPicked);
        gl.uniform1f(alpha ?? null, picked > 0 && !isPicked ? 0.18 : 0.9);
        gl.drawArrays(gl.POINTS, 0, count);
      }
    },
    dispose() {
      for (const buffer of buffers) gl.deleteBuffer(buffer);
      gl.deleteVertexArray(vertices);
      gl.deleteProgram(program);
    },
  };
}

function buildProgram(gl: WebGL2RenderingContext): WebGLProgram | null {
  const program = gl.createProgram();
  for (const [kind, text] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(kind);
    if (!shader) return null;
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (gl.getProgramParameter(program, gl.LINK_STATUS)) return program;
  console.warn(`map: WebGL refused the shaders (${gl.getProgramInfoLog(program)}); drawing without it.`);
  return null;
}
