import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './shared/tones.css';
import { setNonce } from 'get-nonce';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { styleNonce } from './app/style-nonce.ts';

// The lock of the scrollbar behind dialogs writes a style of its own.
setNonce(styleNonce());

const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
