import { Cpu, TriangleAlert } from 'lucide-react';
import { Link } from 'wouter';
import { useWorkspace } from '../stores/workspace';
import { Logo } from './Logo';
import { Steps } from './Steps';
import { ThemeToggle } from './ThemeToggle';

export function TopBar() {
  return (
    <header className="top-bar">
      <Link href="/data" className="brand" aria-label="Tessera, to the data page">
        <Logo />
        <span className="brand-name">Tessera</span>
      </Link>
      <Steps />
      <div className="top-bar-end">
        <GpuChip />
        <ThemeToggle />
      </div>
    </header>
  );
}

function GpuChip() {
  const phase = useWorkspace((state) => state.phase);
  const adapter = useWorkspace((state) => state.adapter);
  if (phase === 'connecting') return <span className="gpu-chip is-waiting">Looking for a GPU …</span>;
  if (!adapter)
    return (
      <Link href="/gpu" className="gpu-chip is-missing">
        <TriangleAlert size={14} aria-hidden />
        <span>No WebGPU</span>
      </Link>
    );
  return (
    <Link href="/gpu" className="gpu-chip" title="What this adapter offers">
      <Cpu size={14} aria-hidden />
      <span className="gpu-name">{adapter.name}</span>
      {adapter.isSoftware && <span className="badge is-warn">software</span>}
    </Link>
  );
}
