/**
 * The closed set of failures a user can meet. Everything else that throws is a defect.
 * Message form: "operation: what was wanted, what came, what to do."
 */
export class TesseraError extends Error {
  /** Stable, machine-readable: `area/problem`. */
  readonly code: string;
  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** Shapes or dtypes that do not fit together; thrown before any allocation. */
export class ShapeError extends TesseraError {}
/** Foreign bytes or text that break their format; the message names file, line or field. */
export class FormatError extends TesseraError {}
/** A configuration that is unknown, impossible or too large for the adapter. */
export class ConfigError extends TesseraError {}
/** The GPU device is gone; reload the last checkpoint on a new device. */
export class DeviceLostError extends TesseraError {}
/** An allocation was refused; the message has bytes wanted and bytes held. */
export class OutOfMemoryError extends TesseraError {}
/** The storage quota is used up. */
export class QuotaError extends TesseraError {}
/** Somebody else holds what this operation needs (another tab, a newer writer). */
export class ConflictError extends TesseraError {}
/** The user or the caller asked to stop. */
export class CancelledError extends TesseraError {}
/** The host lacks something (WebGPU, a feature, a format). */
export class UnsupportedError extends TesseraError {}
/** Training produced NaN or infinity. */
export class NumericsError extends TesseraError {}
