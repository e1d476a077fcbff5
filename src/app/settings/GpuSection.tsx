import type { AdapterReport } from '../../worker/protocol';
import { formatBytes } from '../format/numbers';
import { Panel } from '../parts/Panel';
import { speedWords, useAdapterSpeed } from '../parts/useAdapterSpeed';
import { useWorkspace } from '../stores/workspace';
import { GPU_HELP, gpuProblem } from './gpuHelp';

/** What the adapter offers, or how to get one. */
export function GpuSection() {
  const adapter = useWorkspace((state) => state.adapter);
  const phase = useWorkspace((state) => state.phase);
  if (phase === 'connecting') return <p className="quiet">Looking for a GPU …</p>;
  return adapter ? <AdapterFacts adapter={adapter} /> : <WithoutGpu />;
}

function AdapterFacts({ adapter }: { readonly adapter: AdapterReport }) {
  const speed = useAdapterSpeed();
  const facts: readonly (readonly [string, string])[] = [
    ['Adapter', adapter.name],
    ['Kind', adapter.isSoftware ? 'software: correct, but slow' : 'hardware'],
    ...(speed
      ? [['Measured speed', `${speedWords(speed)}, multiplying matrices of ${speed.side} × ${speed.side}`] as const]
      : []),
    ['Half precision', adapter.hasF16 ? 'yes' : 'no; activations can be kept in it all the same'],
    ['Subgroup size', adapter.subgroupSize > 0 ? String(adapter.subgroupSize) : 'not offered'],
    ['Largest buffer', formatBytes(adapter.maxBufferBytes)],
    ['Largest binding', formatBytes(adapter.maxBindingBytes)],
  ];
  return (
    <Panel title="What this adapter offers">
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {adapter.isSoftware && (
        <p className="quiet">
          A software adapter computes on the processor. The test preset takes minutes; larger ones take hours. If this
          machine has a GPU, see that its driver is current and that hardware acceleration is on in the browser’s
          settings.
        </p>
      )}
    </Panel>
  );
}

function WithoutGpu() {
  const reported = useWorkspace((state) => state.adapterProblem);
  const problem = gpuProblem(globalThis.isSecureContext, 'gpu' in navigator, reported);
  return (
    <>
      <Panel title="This browser gives no WebGPU" className="gpu-problem">
        <p>
          Tessera trains on your GPU, inside the browser. Without WebGPU it shows data and runs and recommends on the
          processor, but does not train.
        </p>
        <p>
          <strong>{problem.title}.</strong> {problem.advice}
        </p>
        {reported !== null && <p className="error-code">{reported}</p>}
      </Panel>
      <div className="gpu-browsers">
        {GPU_HELP.map(({ browser, since, steps }) => (
          <Panel key={browser} title={browser}>
            <p className="gpu-since">{since}</p>
            <ol className="gpu-steps">
              {steps.map((step) => (
                <li key={step}>{step}</li>
              ))}
            </ol>
          </Panel>
        ))}
      </div>
    </>
  );
}
