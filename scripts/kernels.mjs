// Reads every kernel in shaders/ and writes src/gpu/generated/kernels.gen.ts: bindings, Params layout, overrides, group
// size. TypeScript never repeats a binding number. `--check` fails if the file on disk differs.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const out = path.join(root, 'src/gpu/generated/kernels.gen.ts');
const files = readdirSync(path.join(root, 'shaders'), { recursive: true })
  .map((file) => file.split(path.sep).join('/'))
  .filter((file) => file.endsWith('.wgsl') && !file.startsWith('lib/'))
  .sort();

function reflect(file) {
  const source = readFileSync(path.join(root, 'shaders', file), 'utf8');
  const name = path.basename(file, '.wgsl');
  const fail = (what) => {
    throw new Error(`shaders/${file}: ${what}`);
  };
  if (!source.startsWith('//')) fail('starts without a header comment');
  if (!new RegExp(`@compute\\s+@workgroup_size\\(([^)]*)\\)\\s*fn\\s+${name}\\s*\\(`).test(source))
    fail(`has no compute entry point ${name}`);
  const bindings = [...source.matchAll(/@group\(0\)\s*@binding\((\d+)\)\s*var<([^>]*)>\s*(\w+)\s*:\s*([^;]+);/g)].map(
    ([, number, space, variable, type]) => ({
      number: Number(number),
      name: variable,
      access: space.trim() === 'uniform' ? 'uniform' : space.includes('read_write') ? 'read_write' : 'read',
      type: type.replace(/\s+/g, ''),
    }),
  );
  for (const [index, binding] of bindings.entries())
    if (binding.number !== index) fail(`binding ${binding.number} of ${binding.name} is out of order`);
  const uniform = bindings.find((binding) => binding.access === 'uniform');
  if (uniform && (uniform.name !== 'params' || uniform.type !== 'Params')) fail('a uniform must be `params: Params`');
  const struct = /struct\s+Params\s*\{([^}]*)\}/.exec(source);
  if (uniform && !struct) fail('has no struct Params');
  const params = uniform
    ? struct[1]
        .replace(/\/\/[^\n]*/g, '')
        .split(',')
        .map((field) => field.trim())
        .filter(Boolean)
        .map((field) => {
          const match = /^(\w+)\s*:\s*(u32|i32|f32)$/.exec(field);
          if (!match) fail(`Params field "${field}" is not a 4-byte scalar`);
          return { name: match[1], type: match[2] };
        })
    : [];
  const overrides = [...source.matchAll(/^\s*override\s+(\w+)\s*:\s*(u32|i32|f32|bool)\s*=\s*([^;]+);/gm)].map(
    ([, override, type, value]) => ({
      name: override,
      type,
      value: type === 'bool' ? value.trim() === 'true' : Number(value.trim().replace(/[uif]$/, '')),
    }),
  );
  const features = [...source.matchAll(/^enable\s+(\w+)\s*;/gm)].map(([, feature]) =>
    feature === 'f16' ? 'shader-f16' : feature,
  );
  return { name, file, bindings: bindings.map(({ number, ...rest }) => rest), params, overrides, features };
}

const kernels = files.map(reflect);
const names = new Set();
for (const kernel of kernels) {
  if (names.has(kernel.name)) throw new Error(`two kernels are named ${kernel.name}`);
  names.add(kernel.name);
}
const text = `// Written by scripts/kernels.mjs from shaders/. Do not edit.
import type { KernelInfo } from '../kernelInfo';

export type KernelName =
${kernels.map((kernel) => `  | '${kernel.name}'`).join('\n')};

export const KERNELS: Readonly<Record<KernelName, KernelInfo>> = {
${kernels.map((kernel) => `  ${kernel.name}: ${JSON.stringify(kernel)},`).join('\n')}
};
`;
if (process.argv.includes('--check')) {
  if (readFileSync(out, 'utf8') !== text) {
    console.error('kernels.gen.ts is stale: run `npm run kernels`.');
    process.exit(1);
  }
} else {
  writeFileSync(out, text);
  console.log(`${kernels.length} kernels`);
}
