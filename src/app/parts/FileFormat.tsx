/** The layout of one's own files, with a line of each. */
export function FileFormat() {
  return (
    <details className="file-format">
      <summary>What the files hold</summary>
      <dl>
        <dt>items.jsonl.gz</dt>
        <dd>
          one item a line: <code>{'{"id": 0, "title": "Moon", "domain": "nature", "keywords": ["night"]}'}</code>
        </dd>
        <dt>sequences.jsonl.gz</dt>
        <dd>
          one user a line, oldest first: <code>{'{"user": "u1", "items": [0, 7, 3]}'}</code>
        </dd>
        <dt>images.bin, images.json</dt>
        <dd>
          pictures back to back, and where each begins: <code>{'{"index": {"0": [0, 564]}}'}</code>
        </dd>
      </dl>
    </details>
  );
}
