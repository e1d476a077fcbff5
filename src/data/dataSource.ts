/** Where the files of one data set come from: a folder in Node, a web address, files dropped on the page. */
export interface DataSource {
  /** What the user calls it; becomes the data set's name. */
  readonly name: string;
  /** A fresh stream of the file's bytes, or null if there is no such file. */
  open(file: string): Promise<ReadableStream<Uint8Array> | null>;
  list?(): Promise<string[]>;
}
