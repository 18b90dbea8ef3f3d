import '@mantine/core/styles/default-css-variables.layer.css';
import '@mantine/core/styles/baseline.layer.css';
import '@mantine/core/styles/global.layer.css';
import './shared/tones.css';
import { setNonce } from 'get-nonce';
import { createRoot } from 'react-dom/client';
import { session } from './api/session.ts';
import { App } from './app/app.tsx';
import { preloadPage } from './app/router.tsx';
import { styleNonce } from './app/style-nonce.ts';

// A build has the styles of each component beside it (vite.config.ts).
if (import.meta.env.DEV) {
  await import('@mantine/core/styles.layer.css');
  await import('@mantine/notifications/styles.layer.css');
}

// The lock of the scrollbar behind dialogs writes a style of its own.
setNonce(styleNonce());

// At once and beside each other: who asks, and the page that is asked for.
void session.resume();
preloadPage(location.pathname);

const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
