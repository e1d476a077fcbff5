export function findOnPath(names: readonly string[]): string | null;
export function findChromium(): string | null;
export function findFirefox(): string | null;
export function findLavapipe(): string | null;
export function softwareVulkanEnvironment(environment?: NodeJS.ProcessEnv): NodeJS.ProcessEnv;
export const CHROMIUM_FLAGS: readonly string[];
export const FIREFOX_PREFERENCES: Readonly<Record<string, boolean>>;
