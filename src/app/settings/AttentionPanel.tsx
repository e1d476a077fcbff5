import { useState } from 'react';
import { Panel } from '../parts/Panel';
import { askToNotify, useAttention } from '../stores/attention';
import { ChoiceRow } from './ChoiceRow';

const SWITCH = [
  { value: 'off', label: 'Off' },
  { value: 'on', label: 'On' },
] as const;
const wordOf = (isOn: boolean): 'on' | 'off' => (isOn ? 'on' : 'off');

/** What a running job may do to the screen and the desktop. */
export function AttentionPanel() {
  const { keepsAwake, tellsWhenDone, keepAwake, tellWhenDone } = useAttention();
  const [isRefused, setRefused] = useState(false);
  const choose = async (choice: 'on' | 'off'): Promise<void> => {
    const isGranted = choice === 'on' && (await askToNotify());
    setRefused(choice === 'on' && !isGranted);
    tellWhenDone(isGranted);
  };
  return (
    <Panel title="While a model trains">
      <ChoiceRow
        name="attention-awake"
        label="Keep the screen on"
        note="Training goes on in a hidden tab, but not on a computer that sleeps."
        choices={SWITCH}
        chosen={wordOf(keepsAwake)}
        onChoose={(choice) => keepAwake(choice === 'on')}
      />
      <ChoiceRow
        name="attention-tell"
        label="Tell me when it ends"
        note={
          isRefused
            ? 'The browser refused notifications for this page; its site settings can allow them.'
            : 'A notification of the system, only while this page is not in view.'
        }
        choices={SWITCH}
        chosen={wordOf(tellsWhenDone)}
        onChoose={(choice) => void choose(choice)}
      />
    </Panel>
  );
}
