/** W6-generate: the product's generator, one program and one submit for all users; and the same search step by step. */
import { type BeamSearchOptions, beamSchedule } from '../../src/decode/beamSearch';
import { buildTrie, type Trie } from '../../src/decode/trie';
import { trieConstants } from '../../src/decode/trieTensors';
import type { CompiledStep } from '../../src/plan/engine';
import type { Batch, BatchArray } from '../../src/plan/program';
import type { Variables } from '../../src/plan/variables';
import { PADDING_TOKEN } from '../../src/recommenders/identifierVocabulary';
import { encodeHistories } from '../../src/recommenders/t5/batch';
import {
  encoderMemory,
  type Generated,
  type LayerCache,
  T5Generator,
  t5DecodeStep,
} from '../../src/recommenders/t5/generator';
import { T5Graph, t5Parameters } from '../../src/recommenders/t5/model';
import type { Tensor } from '../../src/tensor/graph';
import { beamAncestors, beamItems, beamStep } from '../../src/tensor/ops/beam';
import { SEARCH, type SearchTask, searchCheck, searchTask } from '../generateSetup';
import type { Workload } from '../workload';
import { input, openEngine } from './session';

async function openModel(): Promise<{ task: SearchTask; variables: Variables }> {
  const task = searchTask();
  const engine = await openEngine();
  const variables = engine.variables(t5Parameters(task.model.t5), 0);
  for (const [name, values] of task.model.parameters) variables.write(name, values.slice());
  return { task, variables };
}

async function checked(task: SearchTask, found: Generated | undefined): Promise<string> {
  const { device } = await openEngine();
  const line = searchCheck(task, found);
  return device.uncapturedErrors.length === 0 ? line : `${line} GPU ERRORS ${device.uncapturedErrors.join('; ')}`;
}

export async function openGenerate(): Promise<Workload> {
  const engine = await openEngine();
  const { task, variables } = await openModel();
  const generator = new T5Generator(engine, { variables, t5: task.model.t5 }, task.source, {
    beamWidth: SEARCH.beamWidth,
    historyLimit: SEARCH.history,
    usersPerBatch: SEARCH.users,
  });
  let first: Generated | undefined;
  return {
    async step() {
      await generator.generateAll(
        task.histories,
        (at, items, scores) => {
          if (at === 0) first = { items: [...items], scores: [...scores] };
        },
        () => {},
      );
    },
    check: () => checked(task, first),
  };
}

/** Results of a digit that the next one needs. */
const STATE = ['tokens', 'scores', 'nodes', 'ancestors'] as const;

/**
 * The same kernels with a program for each digit: what a digit leaves (beams, ancestor table, keys and values) is read back
 * and goes up again with the next, as the encoder's keys and values do. Each program is compiled once.
 */
export async function openStepwise(): Promise<Workload> {
  const { task, variables } = await openModel();
  const { source, histories, model } = task;
  const trie = buildTrie(source.tokens, source.vocabulary.digits);
  const inputs = encodeHistories(histories, SEARCH.users, SEARCH.history, source);
  const shape = [SEARCH.users, inputs.length];
  const mask: BatchArray = { data: inputs.mask, shape };
  const layers = Array.from({ length: model.t5.decoderLayers }, (_, layer) => layer);
  const engine = await openEngine();
  const encode = engine.compile(variables, ({ params, batch }) => {
    const memory = encoderMemory(new T5Graph(model.t5, params, 0), input(batch, 'tokens'), input(batch, 'mask'));
    return {
      outputs: Object.fromEntries(
        memory.flatMap(({ k, v }, layer) => [
          [`k${layer}`, k],
          [`v${layer}`, v],
        ]),
      ),
    };
  });
  const digits = Array.from({ length: trie.depth }, (_, t) => digitStep(variables, task, trie, t));
  const memoryNames = layers.flatMap((layer) => [`k${layer}`, `v${layer}`]);
  let first: Generated | undefined;
  return {
    async step() {
      const memory = await encode.fetch({ tokens: { data: inputs.tokens, shape }, mask }, memoryNames);
      const width = model.t5.heads * model.t5.headWidth;
      const held: Record<string, BatchArray> = { mask };
      for (const [at, name] of memoryNames.entries())
        held[name] = { data: memory[at] ?? new Float32Array(), shape: [...shape, width] };
      first = await search(digits, held, trie, layers);
    },
    check: () => checked(task, first),
  };
}

async function search(
  digits: readonly Promise<CompiledStep>[],
  held: Record<string, BatchArray>,
  trie: Trie,
  layers: readonly number[],
): Promise<Generated> {
  const { users, beamWidth } = SEARCH;
  const schedule = beamSchedule(trie, beamWidth);
  held['tokens'] = { data: new Uint32Array(users).fill(PADDING_TOKEN), shape: [users] };
  held['scores'] = { data: new Float32Array(users), shape: [users, 1] };
  held['nodes'] = { data: new Uint32Array(users), shape: [users, 1] };
  held['ancestors'] = { data: Uint32Array.from({ length: users }, (_, row) => row), shape: [users, 1] };
  let found: Generated = { items: [], scores: [] };
  for (const [t, digit] of digits.entries()) {
    const rows = users * (schedule[t] ?? 1);
    const after = schedule[t + 1] ?? 1;
    const isLast = t + 1 === digits.length;
    const caches = layers.flatMap((layer) => [`key${layer}`, `value${layer}`]);
    const names = isLast ? ['items', 'scores'] : [...STATE, ...caches];
    const outputs = await (await digit).fetch(batchOf(held, t, layers), names);
    if (isLast) {
      const [items, scores] = outputs;
      found = { items: [...(items ?? [])].slice(0, beamWidth), scores: [...(scores ?? [])].slice(0, beamWidth) };
      break;
    }
    const shapes = [[users * after], [users, after], [users, after], [users * after, t + 2]];
    for (const [at, name] of names.entries()) {
      const data = outputs[at] ?? new Float32Array();
      if (at < STATE.length) held[name] = { data, shape: shapes[at] ?? [] };
      else held[`${name}.${t}`] = { data, shape: [rows, data.length / rows] };
    }
  }
  return found;
}

/** The inputs of digit t: everything held but later leftovers of an earlier batch. */
function batchOf(held: Readonly<Record<string, BatchArray>>, t: number, layers: readonly number[]): Batch {
  const names = ['mask', ...STATE, ...layers.flatMap((layer) => [`k${layer}`, `v${layer}`])];
  for (let s = 0; s < t; s++) for (const layer of layers) names.push(`key${layer}.${s}`, `value${layer}.${s}`);
  return Object.fromEntries(names.map((name) => [name, input(held, name)]));
}

async function digitStep(variables: Variables, { model }: SearchTask, trie: Trie, t: number): Promise<CompiledStep> {
  const engine = await openEngine();
  const { users, beamWidth } = SEARCH;
  const schedule = beamSchedule(trie, beamWidth);
  const beams = schedule[t] ?? 1;
  const tensors: BeamSearchOptions<unknown>['trie'] = trieConstants(trie);
  return engine.compile(variables, ({ params, batch }) => {
    const past = Array.from({ length: t }, (_, s) => s);
    const layers = Array.from({ length: model.t5.decoderLayers }, (_, layer) => layer);
    const memory = layers.map((layer) => ({ k: input(batch, `k${layer}`), v: input(batch, `v${layer}`) }));
    const cache: LayerCache[] = layers.map((layer) => ({
      keys: past.map((s) => input(batch, `key${layer}.${s}`)),
      values: past.map((s) => input(batch, `value${layer}.${s}`)),
    }));
    const decode = t5DecodeStep(new T5Graph(model.t5, params, 0), memory, input(batch, 'mask'));
    const ancestors = input(batch, 'ancestors');
    const decoded = decode({ t, users, beams, tokens: input(batch, 'tokens'), ancestors }, cache);
    const next = beamStep({
      logits: decoded.logits,
      scores: input(batch, 'scores'),
      nodes: input(batch, 'nodes'),
      trie: tensors,
      beams: schedule[t + 1] ?? 1,
      maxChildren: trie.maxChildren[t] ?? 1,
    });
    const outputs: Record<string, Tensor> = { scores: next.scores };
    if (t + 1 === trie.depth) outputs['items'] = beamItems(next.nodes, tensors);
    else {
      Object.assign(outputs, {
        tokens: next.tokens,
        nodes: next.nodes,
        ancestors: beamAncestors(next.parents, ancestors),
      });
      decoded.cache.forEach(({ keys, values }, layer) => {
        const [key, value] = [keys[t], values[t]];
        if (key && value) Object.assign(outputs, { [`key${layer}`]: key, [`value${layer}`]: value });
      });
    }
    return { outputs };
  });
}
