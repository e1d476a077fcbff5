import { REACHABLE_HOSTS } from '../data/reachableHosts';
import { Panel } from '../parts/Panel';

/** What leaves this machine, and when: said as the page's own security policy enforces it. */
export function PrivacyPanel() {
  return (
    <Panel title="Privacy">
      <ul className="notes">
        <li>Data, models, runs and results are kept in this browser only. There is no account and no telemetry.</li>
        <li>
          Links that you copy hold the page, what is picked and how it is shown, behind a #: browsers do not send that
          part to any server. They hold no data.
        </li>
        <li>
          The page’s security policy lets it fetch from the place it was served from and from{' '}
          {REACHABLE_HOSTS.map((host, at) => (
            <span key={host}>
              {at > 0 && ', '}
              <code>{host}</code>
            </span>
          ))}
          , and it does so only after a click that says what is fetched: a data set by its address, or the weights of an
          encoder that you choose.
        </li>
        <li>
          A run saved as a file holds its configuration, metrics, weights and data hash; “anonymous” leaves out names,
          device and notes.
        </li>
      </ul>
    </Panel>
  );
}
