import { Panel } from '../parts/Panel';
import { type MotionChoice, useMotion } from '../stores/motion';
import { type ThemeChoice, useTheme } from '../stores/theme';
import { ChoiceRow } from './ChoiceRow';

const THEMES: readonly { readonly value: ThemeChoice; readonly label: string }[] = [
  { value: 'system', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];
const MOTIONS: readonly { readonly value: MotionChoice; readonly label: string }[] = [
  { value: 'system', label: 'As the system' },
  { value: 'still', label: 'Nothing moves' },
];

export function AppearancePanel() {
  const theme = useTheme((state) => state.choice);
  const chooseTheme = useTheme((state) => state.choose);
  const motion = useMotion((state) => state.choice);
  const chooseMotion = useMotion((state) => state.choose);
  return (
    <Panel title="Appearance">
      <ChoiceRow
        name="appearance-theme"
        label="Theme"
        note="Figures and their exports follow; pictures of items never change."
        choices={THEMES}
        chosen={theme}
        onChoose={chooseTheme}
      />
      <ChoiceRow
        name="appearance-motion"
        label="Motion"
        note="Without motion nothing plays by itself; figures with steps show them side by side."
        choices={MOTIONS}
        chosen={motion}
        onChoose={chooseMotion}
      />
    </Panel>
  );
}
