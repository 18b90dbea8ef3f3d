// Starts the thread that works on imports from TypeScript source (tests, `npm run dev`): a thread does not inherit its parent's loader.
import { register } from 'tsx/esm/api';

register();
await import('./import-thread.ts');
