/** What the worker of the browser suite tells its page; the driver (drive.mjs) reads the same from the page. */
export type SuiteMessage =
  | { readonly kind: 'adapter'; readonly name: string; readonly features: readonly string[] }
  | { readonly kind: 'result'; readonly name: string; readonly problems: readonly string[]; readonly elapsedMs: number }
  /** Not applicable on this adapter; `reason` says which feature is missing. */
  | { readonly kind: 'left-out'; readonly name: string; readonly reason: string }
  | { readonly kind: 'done' }
  | { readonly kind: 'broken'; readonly message: string };
