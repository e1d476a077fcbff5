import { describe, expect, it } from 'vitest';
import { atTheEdges } from './lineShapes';

const frame = { left: 10, width: 10 };

describe('atTheEdges', () => {
  it('finds where a line enters and leaves, also where no point lies between', () => {
    expect(
      atTheEdges(
        [
          [0, 0],
          [15, 30],
          [25, 10],
        ],
        frame,
      ),
    ).toEqual([[[10, 20]], [[20, 20]]]);
    expect(
      atTheEdges(
        [
          [0, 0],
          [40, 80],
        ],
        frame,
      ),
    ).toEqual([[[10, 20]], [[20, 40]]]);
  });

  it('adds nothing where points stand on the edges, lines begin inside, or a gap leads in', () => {
    expect(
      atTheEdges(
        [
          [0, 1],
          [10 - 1e-9, 2],
          [20 + 1e-9, 3],
          [30, 4],
        ],
        frame,
      ),
    ).toEqual([[], []]);
    expect(
      atTheEdges(
        [
          [12, 1],
          [18, 2],
        ],
        frame,
      ),
    ).toEqual([[], []]);
    expect(atTheEdges([[0, 1], null, [15, 2], null, [25, 3]], frame)).toEqual([[], []]);
    expect(atTheEdges([], frame)).toEqual([[], []]);
  });
});
