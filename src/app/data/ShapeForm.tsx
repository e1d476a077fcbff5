import { useId } from 'react';
import type { TransformCounts, TransformOptions } from '../../worker/protocol/data';
import { COUNT_FIELDS, dateOf, secondsOf, splitByTime } from './shapeFields';

interface ShapeFormProps {
  readonly options: TransformOptions;
  /** Give the span of times that a split by time may use; null before the first count. */
  readonly counts: TransformCounts | null;
  readonly isDisabled: boolean;
  readonly onChange: (options: TransformOptions) => void;
}

const DUPLICATES = [
  ['none', 'keep all'],
  ['sameEvent', 'same user, item and time'],
  ['samePair', 'same user and item'],
] as const;

/** The rules in the order in which they are applied. */
export function ShapeForm({ options, counts, isDisabled, onChange }: ShapeFormProps) {
  const id = useId();
  const edit = (change: Partial<TransformOptions>): void => onChange({ ...options, ...change });
  const hasTimes = counts !== null && Number.isFinite(counts.firstTime);
  const { split } = options;
  return (
    <fieldset className="config-form" disabled={isDisabled}>
      <legend className="visually-hidden">Rules</legend>
      <div className="field">
        <label htmlFor={`${id}-rating`}>Lowest rating that counts</label>
        <input
          id={`${id}-rating`}
          type="number"
          step="any"
          placeholder="any"
          value={options.minRating ?? ''}
          onChange={(event) => edit({ minRating: event.target.value === '' ? null : event.target.valueAsNumber })}
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-repeats`}>Repeats dropped</label>
        <select
          id={`${id}-repeats`}
          value={options.deduplicate}
          onChange={(event) =>
            edit({ deduplicate: DUPLICATES.find(([value]) => value === event.target.value)?.[0] ?? 'none' })
          }
        >
          {DUPLICATES.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </div>
      {COUNT_FIELDS.map(([key, label, least]) => (
        <div key={key} className="field">
          <label htmlFor={`${id}-${key}`}>{label}</label>
          <input
            id={`${id}-${key}`}
            type="number"
            min={least}
            value={Number.isNaN(options[key]) ? '' : options[key]}
            onChange={(event) => edit({ [key]: event.target.valueAsNumber })}
          />
        </div>
      ))}
      <Check isOn={options.sortsByTime} onChange={(sortsByTime) => edit({ sortsByTime })}>
        Sort each history by time (ties keep their order)
      </Check>
      <Check isOn={options.dropsTextless} onChange={(dropsTextless) => edit({ dropsTextless })}>
        Leave out items without text
      </Check>
      <Check isOn={options.keepsUnseenItems} onChange={(keepsUnseenItems) => edit({ keepsUnseenItems })}>
        Keep items that nobody met
      </Check>
      <div className="field">
        <label htmlFor={`${id}-split`}>Split</label>
        <select
          id={`${id}-split`}
          value={split.kind}
          onChange={(event) =>
            edit({
              split:
                event.target.value === 'byTime' && counts
                  ? splitByTime(counts.firstTime, counts.lastTime)
                  : { kind: 'leaveOneOut' },
            })
          }
        >
          <option value="leaveOneOut">leave one out</option>
          <option value="byTime" disabled={!hasTimes}>
            by time{hasTimes ? '' : ' (no times here)'}
          </option>
        </select>
      </div>
      {split.kind === 'byTime' &&
        (['validFrom', 'testFrom'] as const).map((key) => (
          <div key={key} className="field">
            <label htmlFor={`${id}-${key}`}>{key === 'validFrom' ? 'Validation from' : 'Test from'}</label>
            <input
              id={`${id}-${key}`}
              type="date"
              value={dateOf(split[key])}
              onChange={(event) => {
                const seconds = secondsOf(event.target.value);
                if (seconds !== null) edit({ split: { ...split, [key]: seconds } });
              }}
            />
          </div>
        ))}
    </fieldset>
  );
}

interface CheckProps {
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
  readonly children: string;
}

function Check({ isOn, onChange, children }: CheckProps) {
  return (
    <label className="check-line">
      <input type="checkbox" checked={isOn} onChange={(event) => onChange(event.target.checked)} />
      {children}
    </label>
  );
}
