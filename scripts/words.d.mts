export const RULES: readonly { readonly pattern: RegExp; readonly say: string }[];
export function wordsOf(
  file: string,
  source: string,
): readonly { readonly file: string; readonly line: number; readonly text: string }[];
export function breachesOf(text: string): readonly string[];
