import { markerPath } from '../figures/lineShapes';
import { formatCount } from '../format/numbers';
import type { MapGroups } from './mapGroups';

interface MapLegendProps {
  readonly groups: MapGroups;
  /** Picks all items of a group: the way to a selection without drawing. */
  readonly onPick: (group: number) => void;
}

/** Every group with its colour, form and number of items; choosing one picks its items. */
export function MapLegend({ groups: { groups, title }, onPick }: MapLegendProps) {
  return (
    <ul className="map-legend" aria-label={`${title}: choose a group to pick its items`}>
      {groups.map(({ key, label, colour, marker, items }, group) => (
        <li key={key}>
          <button type="button" className="map-group" disabled={items === 0} onClick={() => onPick(group)}>
            <svg width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">
              <path
                d={markerPath(marker, 0, 0, 4.6)}
                fill={marker === 'ring' ? 'none' : `var(--${colour})`}
                stroke={`var(--${colour})`}
                strokeWidth={1.8}
              />
            </svg>
            {label}: {formatCount(items)}
          </button>
        </li>
      ))}
    </ul>
  );
}
