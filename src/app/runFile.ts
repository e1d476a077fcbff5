/** Whether a picked file tells a run from a data set: a whole run, or the description in a run's or an exported model's folder. */
export const isRunFile = (name: string): boolean => /\.tessera$|^(run|tessera)\.json$/i.test(name);

/** What a file picker for runs offers. */
export const RUN_ACCEPT = '.tessera,.json,.jsonl,.safetensors,.u16,.onnx';
