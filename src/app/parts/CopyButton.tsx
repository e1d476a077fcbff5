import { Check, ClipboardCopy } from 'lucide-react';
import { useState } from 'react';

/** Puts a text on the clipboard and says whether the browser let it. */
export function CopyButton({ label, text }: { readonly label: string; readonly text: () => string }) {
  const [state, setState] = useState<'ready' | 'copied' | 'refused'>('ready');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text());
      setState('copied');
    } catch (error) {
      console.warn('copy: the clipboard was refused', error);
      setState('refused');
    }
    setTimeout(() => setState('ready'), 2000);
  };
  return (
    <button type="button" className="button is-small" onClick={() => void copy()}>
      {state === 'copied' ? <Check size={13} aria-hidden /> : <ClipboardCopy size={13} aria-hidden />}
      <span aria-live="polite">{{ ready: label, copied: 'Copied', refused: 'Clipboard refused' }[state]}</span>
    </button>
  );
}
