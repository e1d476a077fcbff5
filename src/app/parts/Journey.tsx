import { CodePath } from './CodePath';
import { Mosaic } from './Mosaic';

/** What the four steps do, in one drawing: an item becomes codes, a history becomes a sentence of codes, codes become items. */
export function Journey() {
  return (
    <section className="journey" aria-labelledby="journey-title">
      <h2 id="journey-title">How it goes</h2>
      <ol>
        <li>
          <span className="journey-figure" aria-hidden="true">
            <Mosaic seed={11} size={40} />
            <Mosaic seed={29} size={40} />
            <Mosaic seed={5} size={40} />
          </span>
          <h3>Data</h3>
          <p>Items with titles, and the order in which users met them.</p>
        </li>
        <li>
          <span className="journey-figure" aria-hidden="true">
            <Mosaic seed={29} size={40} />
            <span className="journey-arrow">→</span>
            <CodePath codes={[17, 4, 210]} />
          </span>
          <h3>Tokenizer</h3>
          <p>A residual quantizer turns each item’s text into a few codes. Alike items share their first ones.</p>
        </li>
        <li>
          <span className="journey-figure" aria-hidden="true">
            <CodePath codes={[3, 91, 12]} />
            <CodePath codes={[17, 8, 45]} />
            <span className="journey-arrow">→</span>
            <span className="journey-unknown">?</span>
          </span>
          <h3>Recommender</h3>
          <p>
            A T5 reads a history as codes and learns to write the next item’s, judged on every user against plain
            counting.
          </p>
        </li>
        <li>
          <span className="journey-figure" aria-hidden="true">
            <CodePath codes={[17, 4, 210]} />
            <span className="journey-arrow">→</span>
            <Mosaic seed={29} size={40} />
          </span>
          <h3>Demo</h3>
          <p>Pick a user, change their history, and see the ten likeliest next items.</p>
        </li>
      </ol>
    </section>
  );
}
