import { prefixOf } from '../../evaluate/beamTree';
import type { BeamReply } from '../../worker/protocol';
import type { Row } from '../figures/spec';
import { BeamChildren } from './BeamChildren';
import { BeamItemList } from './BeamItemList';
import { prefixCodes } from './beamPaths';

/** What a click on the figure of a search opened. */
export type Opened = { readonly beam: BeamReply; readonly run: string | null; readonly of: string } & (
  | { readonly kind: 'prefix'; readonly tokens: readonly number[]; readonly name: string }
  | { readonly kind: 'children'; readonly step: number; readonly parent: number; readonly name: string }
);

interface Side {
  readonly beam: BeamReply;
  /** Null for the Demo's own. */
  readonly run: string | null;
  /** Behind what is opened; empty where one search is shown. */
  readonly of: string;
}

/** @param row of a table of kept prefixes or pruned children */
export function openedBy(kind: 'prefixes' | 'pruned', row: Row, side: Side): Opened {
  const { beam } = side;
  const step = Number(row['step']) - 1;
  if (kind === 'prefixes') {
    const tokens = prefixOf(beam.tree, step, Number(row['place']) - 1);
    return { ...side, kind: 'prefix', tokens, name: prefixCodes(beam, tokens) };
  }
  const parent = Number(row['parent']);
  const tokens = step > 0 ? prefixOf(beam.tree, step - 1, parent) : [];
  const name = tokens.length > 0 ? prefixCodes(beam, tokens) : 'the start';
  return { ...side, kind: 'children', step, parent, name };
}

/** The items below a prefix, or its pruned children. */
export function BeamOpened({ opened, onItem }: { readonly opened: Opened; readonly onItem: (item: number) => void }) {
  const { beam, run, name, of } = opened;
  const title = of === '' ? name : `${name} in ${of}`;
  if (opened.kind === 'prefix')
    return <BeamItemList key={title} prefix={opened.tokens} name={title} run={run} onItem={onItem} />;
  return (
    <BeamChildren
      key={`${title} ${opened.step} ${opened.parent}`}
      step={opened.step}
      parent={opened.parent}
      name={title}
      run={run}
      firstToken={beam.firstTokens[opened.step] ?? 0}
    />
  );
}
