import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { CodePath } from '../parts/CodePath';
import { Mosaic } from '../parts/Mosaic';
import { usePageStatus } from '../shell/usePageStatus';

interface Stop {
  readonly path: string;
  readonly title: string;
  readonly figure: ReactNode;
  readonly text: string;
}

const STOPS: readonly Stop[] = [
  {
    path: '/data',
    title: 'Data',
    figure: (
      <>
        <Mosaic of={11} size={32} />
        <Mosaic of={29} size={32} />
        <Mosaic of={5} size={32} />
      </>
    ),
    text: 'Items with titles and pictures, and the order in which users met them.',
  },
  {
    path: '/tokenizer',
    title: 'Tokenizer',
    figure: (
      <>
        <Mosaic of={29} size={32} />
        <span className="journey-arrow">→</span>
        <CodePath codes={[17, 4, 210]} />
      </>
    ),
    text: 'Turns each item into a few codes; alike items share their first ones.',
  },
  {
    path: '/recommender',
    title: 'Recommender',
    figure: (
      <>
        <CodePath codes={[3, 91, 12]} />
        <span className="journey-arrow">→</span>
        <span className="journey-unknown">?</span>
      </>
    ),
    text: 'Reads a history as codes and learns to write the next item’s, judged against plain counting.',
  },
  {
    path: '/demo',
    title: 'Demo',
    figure: (
      <>
        <CodePath codes={[17, 4, 210]} />
        <span className="journey-arrow">→</span>
        <Mosaic of={29} size={32} />
      </>
    ),
    text: 'Pick a user, change their history, and see what the model expects next.',
  },
];

/** The way from items to recommendations in one drawing; each stop says how far it is and leads to its page. */
export function GuidedPath() {
  const statuses = usePageStatus();
  return (
    <section className="journey" aria-labelledby="path-title">
      <h2 id="path-title">From items to recommendations</h2>
      <ol>
        {STOPS.map(({ path, title, figure, text }) => {
          const status = statuses[path];
          return (
            <li key={path}>
              <span className="journey-figure" aria-hidden="true">
                {figure}
              </span>
              <h3>
                <Link href={path}>{title}</Link>
                {status && (
                  <span className={`journey-status ${status.isDone ? 'is-done' : ''}`}>
                    {status.isDone && <Check size={11} strokeWidth={3} aria-hidden />} {status.words}
                  </span>
                )}
              </h3>
              <p>{text}</p>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
