/** A cell in a browser page; the driver calls `window.benchCell`. */
import * as cell from './cell';

Object.assign(globalThis, { benchCell: cell });
