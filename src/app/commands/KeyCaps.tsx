import { isMacLike, shownKeys } from './keys';

/** Keys as caps: ⌘ K, or g then d. */
export function KeyCaps({ keys }: { readonly keys: string }) {
  return (
    <span className="key-caps">
      {shownKeys(keys, isMacLike()).map((part, at) =>
        part === 'then' ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of keys do not move
          <span key={at}> then </span>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of keys do not move
          <kbd key={at}>{part}</kbd>
        ),
      )}
    </span>
  );
}
