import { Plus, X } from 'lucide-react';
import { useId, useState } from 'react';
import { fieldsOf, labelOf, pathOf } from '../config/configPaths';
import { OPTIONS } from '../config/fieldOptions';
import type { Field } from '../config/fields';
import { textOf } from '../config/sections';
import { ModalDialog } from '../parts/ModalDialog';
import { useDraft } from '../stores/draft';
import { useStopRules } from '../stores/stopRules';
import { MedianRuleFields } from './MedianRuleFields';
import { readMedianRule, USUAL_MEDIAN } from './medianRule';
import { PlannedRuns } from './PlannedRuns';
import { isSweepable, rangeValues, readSeeds, readValues, sweepRuns, type ValuesReading } from './sweep';
import '../styles/queue.css';

const MOST_AXES = 2;
/** More would fill the queue before the first result is seen. */
const MOST_RUNS = 100;

interface AxisDraft {
  readonly path: string;
  readonly way: 'list' | 'linear' | 'log';
  readonly text: string;
  readonly from: string;
  readonly to: string;
  readonly count: string;
}

interface Choice {
  readonly field: Field;
  readonly group: string;
  readonly name: string;
}

const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

const axisOf = (path: string, text: string): AxisDraft => ({
  path,
  way: 'list',
  text,
  from: text,
  to: text,
  count: '3',
});

/** Chooses settings, values and seeds; shows every run that they make before any is queued. */
export function SweepDialog({ onClose }: { readonly onClose: () => void }) {
  const id = useId();
  const config = useDraft((draft) => draft.config);
  const minutes = useStopRules((rules) => rules.minutes);
  const fields = fieldsOf(config)
    .filter(({ field }) => isSweepable(field))
    .map((each) => ({ ...each, name: capitalised(labelOf(config, pathOf(each.field))) }));
  const fieldAt = (path: string): Field | undefined => fields.find(({ field }) => pathOf(field) === path)?.field;
  const axisAt = (path: string): AxisDraft => {
    const field = fieldAt(path);
    return axisOf(path, field ? textOf(config, field.section, field.key) : '');
  };
  const [axes, setAxes] = useState<readonly AxisDraft[]>(() => [axisAt('recommender.learningRate')]);
  const [seedText, setSeedText] = useState(String(config.seed));
  const [medianDraft, setMedianDraft] = useState(USUAL_MEDIAN);
  const seeds = readSeeds(seedText);
  const median = readMedianRule(medianDraft);
  const readings = axes.map((axis) => readAxis(axis, fieldAt(axis.path)));
  const usable = axes.flatMap((axis, at) => {
    const field = fieldAt(axis.path);
    return field ? [{ field, values: readings[at]?.values ?? [] }] : [];
  });
  const runs = sweepRuns(config, usable, seeds.seeds, {
    minutes,
    ...(median.rule ? { median: median.rule } : {}),
  });
  const change = (at: number, part: Partial<AxisDraft>): void =>
    setAxes(axes.map((axis, index) => (index === at ? { ...axis, ...part } : axis)));
  const isTwice = new Set(axes.map(({ path }) => path)).size < axes.length;
  const problem =
    readings.find((reading) => reading.problem !== null)?.problem ??
    seeds.problem ??
    median.problem ??
    (isTwice ? 'The same setting is chosen twice.' : null) ??
    (runs.length > MOST_RUNS ? `${runs.length} runs are more than ${MOST_RUNS}; leave values out.` : null);
  const names = axes.map(({ path }) => labelOf(config, path));
  return (
    <ModalDialog label="Sweep over settings and seeds" className="queue-dialog" onClose={onClose}>
      <h2>Sweep over settings and seeds</h2>
      <p className="quiet">Every combination becomes a run; all other settings are those of the draft.</p>
      {axes.map((axis, at) => (
        <AxisFields
          // Two axes are told apart by their place alone.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          key={at}
          axis={axis}
          fields={fields}
          problem={readings[at]?.problem ?? null}
          onChange={(part) => change(at, part.path === undefined ? part : axisAt(part.path))}
          onRemove={axes.length > 1 ? () => setAxes(axes.filter((_, index) => index !== at)) : null}
        />
      ))}
      {axes.length < MOST_AXES && (
        <button
          type="button"
          className="button is-small"
          onClick={() => setAxes([...axes, axisAt(otherPath(fields, axes))])}
        >
          <Plus size={13} aria-hidden /> Second setting
        </button>
      )}
      <div className="axis-part is-seeds">
        <label htmlFor={`${id}-seeds`}>Seeds, with commas</label>
        <input
          id={`${id}-seeds`}
          type="text"
          inputMode="numeric"
          autoComplete="off"
          value={seedText}
          aria-invalid={seeds.problem !== null}
          onChange={({ target }) => setSeedText(target.value)}
        />
      </div>
      <MedianRuleFields draft={medianDraft} problem={median.problem} runCount={runs.length} onChange={setMedianDraft} />
      <PlannedRuns runs={runs} title={`Sweep over ${names.join(' and ')}`} problem={problem} onDone={onClose} />
    </ModalDialog>
  );
}

function otherPath(fields: readonly Choice[], axes: readonly AxisDraft[]): string {
  const other = fields.find(({ field }) => !axes.some(({ path }) => path === pathOf(field)));
  return other ? pathOf(other.field) : '';
}

function readAxis({ way, text, from, to, count }: AxisDraft, field: Field | undefined): ValuesReading {
  if (!field) return { values: [], problem: 'Choose a setting' };
  if (way === 'list') return readValues(field, text);
  const number = (typed: string): number => (typed.trim() === '' ? Number.NaN : Number(typed));
  return rangeValues(field, { from: number(from), to: number(to), count: number(count), scale: way });
}

interface AxisFieldsProps {
  readonly axis: AxisDraft;
  readonly fields: readonly Choice[];
  readonly problem: string | null;
  readonly onChange: (part: Partial<AxisDraft>) => void;
  readonly onRemove: (() => void) | null;
}

function AxisFields({ axis, fields, problem, onChange, onRemove }: AxisFieldsProps) {
  const id = useId();
  const field = fields.find((each) => pathOf(each.field) === axis.path)?.field;
  const options = field && OPTIONS[field.kind];
  const groups = [...new Set(fields.map(({ group }) => group))];
  const text = (key: 'text' | 'from' | 'to' | 'count', label: string) => (
    <span className="axis-part">
      <label htmlFor={`${id}-${key}`}>{label}</label>
      <input
        id={`${id}-${key}`}
        type="text"
        autoComplete="off"
        spellCheck={false}
        value={axis[key]}
        aria-invalid={problem !== null}
        aria-describedby={`${id}-problem`}
        onChange={({ target }) => onChange({ [key]: target.value })}
      />
    </span>
  );
  return (
    <fieldset className="axis">
      <legend className="visually-hidden">Setting</legend>
      <div className="axis-line">
        <span className="axis-part">
          <label htmlFor={`${id}-field`}>Setting</label>
          <select id={`${id}-field`} value={axis.path} onChange={({ target }) => onChange({ path: target.value })}>
            {groups.map((group) => (
              <optgroup key={group} label={group}>
                {fields
                  .filter((each) => each.group === group)
                  .map((each) => (
                    <option key={pathOf(each.field)} value={pathOf(each.field)}>
                      {each.name}
                    </option>
                  ))}
              </optgroup>
            ))}
          </select>
        </span>
        {!options && (
          <span className="axis-part">
            <label htmlFor={`${id}-way`}>Values</label>
            <select
              id={`${id}-way`}
              value={axis.way}
              onChange={({ target }) =>
                onChange({ way: target.value === 'linear' || target.value === 'log' ? target.value : 'list' })
              }
            >
              <option value="list">a list</option>
              <option value="linear">a linear range</option>
              <option value="log">a logarithmic range</option>
            </select>
          </span>
        )}
        {onRemove && (
          <button type="button" className="icon-button" aria-label="Leave this setting out" onClick={onRemove}>
            <X size={14} aria-hidden />
          </button>
        )}
      </div>
      <div className="axis-line">
        {options ? (
          options.map(([value, label]) => (
            <label key={value} className="check">
              <input
                type="checkbox"
                checked={axis.text.split(/[\s,]+/).includes(value)}
                onChange={({ target }) => onChange({ text: toggled(axis.text, value, target.checked) })}
              />
              {label}
            </label>
          ))
        ) : axis.way === 'list' ? (
          text('text', 'List, with commas')
        ) : (
          <>
            {text('from', 'From')}
            {text('to', 'To')}
            {text('count', 'How many')}
          </>
        )}
      </div>
      <p id={`${id}-problem`} className={problem ? 'field-problem is-left' : 'visually-hidden'}>
        {problem ?? field?.hint}
      </p>
    </fieldset>
  );
}

function toggled(text: string, value: string, isIn: boolean): string {
  const others = text.split(/[\s,]+/).filter((part) => part !== '' && part !== value);
  return (isIn ? [...others, value] : others).join(', ');
}
