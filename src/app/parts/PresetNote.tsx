import { PRESET_NOTES, titleOfPreset } from '../config/presets';
import { useDraft } from '../stores/draft';

export function PresetNote() {
  const preset = useDraft((draft) => draft.preset);
  return (
    <p className="preset-note">
      <strong>{titleOfPreset(preset)}</strong> {PRESET_NOTES[preset]}
    </p>
  );
}
