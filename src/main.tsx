import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { createSession } from './app/session';
import { startTheme } from './app/stores/theme';
import './app/styles/tokens.css';
import './app/styles/base.css';
import './app/styles/shell.css';
import './app/styles/controls.css';
import './app/styles/figures.css';
import './app/styles/figureFrame.css';
import './app/styles/pages.css';
import { createClient, startTrainWorker } from './worker/client';

startTheme();
const session = createSession(createClient(startTrainWorker()));
const root = document.getElementById('root');
if (!root) throw new Error('main: wanted #root in index.html.');
createRoot(root).render(<App session={session} />);
void session.hello();
