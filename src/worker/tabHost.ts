/** What a tab needs to know of others, from the browser: a channel of the origin, and the lock of whoever trains. */
import { runsInTraining, waitForRun } from '../storage/browserRunStore';
import { TabDesk, type TabHost } from './tabDesk';
import { CHANNEL } from './tabMessages';
import { CURRENT_RUN } from './workspace';

type Ports = Omit<TabHost, 'newId' | 'post' | 'after' | 'isTrainerBusy' | 'waitForTrainer'>;

/** Without channels (a browser that refuses them) the tab is alone, and is refused by the lock if it is not. */
export function browserTabs(ports: Ports): TabDesk {
  const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL);
  const desk = new TabDesk({
    ...ports,
    newId: () => crypto.randomUUID(),
    post: (envelope) => channel?.postMessage(envelope),
    after: (ms, work) => {
      const timer = setTimeout(work, ms);
      return () => clearTimeout(timer);
    },
    isTrainerBusy: async () => (await runsInTraining()).has(CURRENT_RUN),
    waitForTrainer: (signal) => waitForRun(CURRENT_RUN, signal),
  });
  channel?.addEventListener('message', ({ data }) => desk.receive(data));
  return desk;
}
