import { useEffect, useState } from 'react';
import { useSession } from '../sessionContext';
import { useSelection } from '../stores/selection';
import { useToasts } from '../stores/toasts';
import { useWorkspace } from '../stores/workspace';
import type { Command } from './registry';

const MAX_FOUND = 6;
const MIN_QUERY = 2;
/** Typing is not answered letter by letter. */
const PAUSE_MS = 150;

/** Items of the open data whose titles fit the query, as commands that pick them. */
export function useFoundItems(query: string): readonly Command[] {
  const session = useSession();
  const hasData = useWorkspace((state) => state.data !== null);
  const [found, setFound] = useState<readonly Command[]>([]);
  const text = query.trim();
  const isAsked = hasData && text.length >= MIN_QUERY;
  useEffect(() => {
    if (!isAsked) return setFound([]);
    let isOver = false;
    const ask = async (): Promise<void> => {
      try {
        const cards = await session.searchItems(text, MAX_FOUND);
        if (!isOver) setFound(cards.map(({ item, title }) => pickItem(item, title)));
      } catch (error) {
        console.warn('palette: the items could not be searched', error);
        if (!isOver) setFound([]);
      }
    };
    const timer = setTimeout(() => void ask(), PAUSE_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [session, text, isAsked]);
  return found;
}

const pickItem = (item: number, title: string): Command => ({
  id: `item ${item}`,
  title,
  group: 'page',
  words: `pick item ${item}`,
  run: () => {
    useSelection.getState().pick({ items: [item] });
    useToasts.getState().say(`${title} is picked.`);
  },
});
