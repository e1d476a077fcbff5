/**
 * Every page of the workbench, once. The rail, the router, the document's title, the command palette, the shortcuts
 * (`g` then the letter), the help sheet and the accessibility journey all read this list, so **a new page is one entry
 * here and nothing else**: write `pages/CodebooksPage.tsx` with one exported component that starts with a
 * `<PageHead title=… lead=…>`, then add the entry. The component is loaded when the page is first opened; what is heavy
 * inside it (a scatter plot, a report writer) is a dynamic import of its own.
 *
 * A page that keeps a view in the address (sort, tab, zoom) uses `useViewParam` of navigation/viewParams.ts; what the
 * user has picked (items, codes, users, runs, domains, step) lives in stores/selection.ts and is in the address of every
 * page by itself.
 */
import {
  Boxes,
  Database,
  FileText,
  Grid3x3,
  House,
  type LucideIcon,
  Scale,
  Settings2,
  Sparkles,
  Wand2,
} from 'lucide-react';
import type { ComponentType } from 'react';

export type PageGroup = 'start' | 'build' | 'study' | 'settings';

export interface PageEntry {
  /** In the fragment: `#/data`. */
  readonly path: `/${string}`;
  /** In the rail, the palette and the document's title; the page's own heading says the same word. */
  readonly title: string;
  readonly group: PageGroup;
  readonly icon: LucideIcon;
  /** `g` and this letter opens the page. */
  readonly letter: string;
  /** What the palette finds it by, besides the title. */
  readonly words: string;
  /** What the page is for, in the help sheet: one or two sentences. */
  readonly help: string;
  readonly load: () => Promise<{ readonly default: ComponentType }>;
}

export const PAGES: readonly PageEntry[] = [
  {
    path: '/',
    title: 'Home',
    group: 'start',
    icon: House,
    letter: 'h',
    words: 'start last session resume sample guided path',
    help: 'Go on with the last session, or start: open the sample, train its tokenizer, train the recommender, ask it.',
    load: async () => ({ default: (await import('./home/HomePage')).HomePage }),
  },
  {
    path: '/data',
    title: 'Data',
    group: 'build',
    icon: Database,
    letter: 'd',
    words: 'import domains catalogue items users upload sample',
    help: 'Open the sample or import files; each domain shows its items, users and shape. Training starts from what is open here.',
    load: async () => ({ default: (await import('./pages/DataPage')).DataPage }),
  },
  {
    path: '/tokenizer',
    title: 'Tokenizer',
    group: 'build',
    icon: Boxes,
    letter: 't',
    words: 'train codes identifiers quantizer RQ-VAE UTGRec MTGRec',
    help: 'Choose a preset and train: each item gets a short identifier of codes. Curves and codebooks move while it trains.',
    load: async () => ({ default: (await import('./pages/TokenizerPage')).TokenizerPage }),
  },
  {
    path: '/codebooks',
    title: 'Codebooks',
    group: 'build',
    icon: Grid3x3,
    letter: 'c',
    words: 'codes use wall tree prefixes collisions sharing map',
    help: 'See which codes live, where and since when; walk the tree of prefixes down to the items that share one.',
    load: async () => ({ default: (await import('./pages/CodebooksPage')).CodebooksPage }),
  },
  {
    path: '/recommender',
    title: 'Recommender',
    group: 'build',
    icon: Sparkles,
    letter: 'r',
    words: 'train T5 TIGER metrics recall NDCG results',
    help: 'Train the model that reads a history as codes and writes the next item’s; then read its metrics beside counting reference points.',
    load: async () => ({ default: (await import('./pages/RecommenderPage')).RecommenderPage }),
  },
  {
    path: '/compare',
    title: 'Compare',
    group: 'study',
    icon: Scale,
    letter: 'm',
    words: 'runs table significance seeds paper LaTeX curves delete rename duplicate import',
    help: 'All runs. Tick some: their settings, curves, a table for a paper, tests on the same users, and who gains in head and tail.',
    load: async () => ({ default: (await import('./pages/ComparePage')).ComparePage }),
  },
  {
    path: '/demo',
    title: 'Demo',
    group: 'study',
    icon: Wand2,
    letter: 'e',
    words: 'recommend beam user history top',
    help: 'Pick a user or edit a history and see what the model expects next.',
    load: async () => ({ default: (await import('./pages/DemoPage')).DemoPage }),
  },
  {
    path: '/reports',
    title: 'Reports',
    group: 'study',
    icon: FileText,
    letter: 'p',
    words: 'report write export html latex share anonymise template',
    help: 'Collect figures, tables and runs with your own text, and save them as one page that needs no server.',
    load: async () => ({ default: (await import('./pages/ReportsPage')).ReportsPage }),
  },
  {
    path: '/settings',
    title: 'Settings',
    group: 'settings',
    icon: Settings2,
    letter: 's',
    words: 'storage gpu limits shortcuts theme motion privacy delete',
    help: 'Storage and what may be deleted, what the GPU offers, keys, theme and motion, and what leaves this machine.',
    load: async () => ({ default: (await import('./settings/SettingsPage')).SettingsPage }),
  },
];

/** The entry at a path, or null: old addresses (`/gpu`) and unknown ones have none. */
export const pageAt = (path: string): PageEntry | null => PAGES.find((page) => page.path === path) ?? null;
