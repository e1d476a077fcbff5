/**
 * Memorable names of runs. The same configuration on the same data gets the same name on every machine; a name that is
 * taken is passed over for the next. A name is also the run's id and may stand in a link.
 */
import { sha256Hex } from '../base/sha256';

const FIRST = (
  'amber ashen azure basalt birch blue bold brass brick bright calm cedar chalk clay clear cobalt copper coral crisp deep ' +
  'dusky early even fair fine firm flint frosty gilded glass golden grand green hazel heather honest indigo iron ivory jade ' +
  'keen late lilac linen lucid marble mellow mild misty moss noble olive opal pale pearl plain plum quick quiet ready ruby ' +
  'russet rustic sage sandy sharp silent silver slate smooth solid spare steady still sunny swift tall tawny teal tidy true ' +
  'umber velvet violet warm white wide willow young'
).split(' ');
const SECOND = (
  'anchor apron arbor arch atlas badge barn basin beacon bell bench bridge brook cabin candle canyon canvas castle chapel ' +
  'cliff cloud comet compass cove crane creek crown delta dome dune eagle ember falcon fern field finch fjord forge fountain ' +
  'garden gate glade glacier harbor hearth heron hill island kiln lagoon lake lamp lantern larch ledge lighthouse loom lynx ' +
  'magpie mantle maple meadow mesa mill mosaic oak orchard otter panel pavilion pebble pier pine plaza pond prairie quarry ' +
  'quill raven reef ridge river robin rook saddle shore sparrow spire spring stone summit swan temple terrace thistle tile ' +
  'tower trellis valley vault vessel walnut weaver well wharf window wren'
).split(' ');

export const NAME_COUNT = FIRST.length * SECOND.length;

/** The `at`-th name in the order of all of them; behind the last one a number is added. */
export function nameAt(at: number): string {
  const place = at % NAME_COUNT;
  const round = Math.floor(at / NAME_COUNT);
  const name = `${FIRST[Math.floor(place / SECOND.length)]}-${SECOND[place % SECOND.length]}`;
  return round === 0 ? name : `${name}-${round + 1}`;
}

/** A stride with no factor of the number of names (checked by a test), so that the next name does not resemble the last. */
export const STRIDE = 3571;

/** The first name for `text` that is not taken. */
export async function freeName(text: string, isTaken: (name: string) => boolean): Promise<string> {
  const start = Number.parseInt((await sha256Hex(new TextEncoder().encode(text))).slice(0, 8), 16) % NAME_COUNT;
  for (let tried = 0; ; tried++) {
    const place = (start + tried * STRIDE) % NAME_COUNT;
    const name = nameAt(place + NAME_COUNT * Math.floor(tried / NAME_COUNT));
    if (!isTaken(name)) return name;
  }
}
