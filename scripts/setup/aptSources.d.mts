export interface AptSource {
  readonly uri: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
  readonly options: string;
}
export function parseListFile(text: string): AptSource[];
export function parseSourcesFile(text: string): AptSource[];
export function backportsLine(sources: readonly AptSource[], codename: string): string | null;
export function majorVersion(version: string): number;
