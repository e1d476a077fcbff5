import { SettingField } from './SettingField';
import type { SearchControls } from './useBeams';

/** Width, temperature and length penalty of a search, live. */
export function BeamSettings({ settings }: { readonly settings: SearchControls }) {
  const { beamWidth, temperature, lengthPenalty, setWidth, setTemperature, setPenalty } = settings;
  return (
    <>
      <SettingField label="Beam width" value={beamWidth} from={1} to={50} step={1} onChange={setWidth} />
      <SettingField label="Temperature" value={temperature} from={0.1} to={5} step={0.1} onChange={setTemperature} />
      <SettingField label="Length penalty" value={lengthPenalty} from={-2} to={2} step={0.1} onChange={setPenalty} />
    </>
  );
}
