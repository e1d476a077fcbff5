/** What scripts/kernels.mjs reads out of a kernel file. */
export interface KernelInfo {
  readonly name: string;
  /** Path below shaders/. */
  readonly file: string;
  readonly bindings: readonly {
    readonly name: string;
    readonly access: 'read' | 'read_write' | 'uniform';
    readonly type: string;
  }[];
  /** Fields of the Params uniform, four bytes each, in order. */
  readonly params: readonly { readonly name: string; readonly type: 'u32' | 'i32' | 'f32' }[];
  readonly overrides: readonly { readonly name: string; readonly type: string; readonly value: number | boolean }[];
  /** WebGPU features that the kernel's `enable` lines need. */
  readonly features: readonly string[];
}
