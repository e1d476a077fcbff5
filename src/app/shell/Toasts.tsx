import { X } from 'lucide-react';
import { useToasts } from '../stores/toasts';

/** What was just done, above the trays; read out politely. */
export function Toasts() {
  const toasts = useToasts((state) => state.toasts);
  const dismiss = useToasts((state) => state.dismiss);
  return (
    <div className="toasts" role="status">
      {toasts.map(({ id, text, action }) => (
        <div key={id} className="toast">
          <span>{text}</span>
          {action && (
            <button
              type="button"
              className="button is-small"
              onClick={() => {
                action.run();
                dismiss(id);
              }}
            >
              {action.name}
            </button>
          )}
          <button type="button" className="icon-button" aria-label="Dismiss this message" onClick={() => dismiss(id)}>
            <X size={14} aria-hidden />
          </button>
        </div>
      ))}
    </div>
  );
}
