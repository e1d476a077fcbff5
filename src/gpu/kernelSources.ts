import { KERNELS, type KernelName } from './generated/kernels.gen';

const files = import.meta.glob<string>('../../shaders/**/*.wgsl', { query: '?raw', import: 'default', eager: true });

const fileText = (file: string): string => {
  const text = files[`../../shaders/${file}`];
  if (text === undefined) throw new Error(`kernelSources: shaders/${file} does not exist`);
  return text;
};

/** WGSL of a kernel with its `// include: lib/x.wgsl` lines replaced by the file's text, each file at most once. */
export function kernelSource(name: KernelName): string {
  const included = new Set<string>();
  const expand = (text: string): string =>
    text.replace(/^\/\/ include: (\S+)[^\n]*$/gm, (_line, file: string) => {
      if (included.has(file)) return '';
      included.add(file);
      return expand(fileText(file));
    });
  return expand(fileText(KERNELS[name].file));
}
