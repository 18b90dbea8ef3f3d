// Starts the thread that writes chunks from TypeScript source (tests, `npm run dev`): a thread does not inherit its parent's loader.
import { register } from 'tsx/esm/api';

register();
await import('./chunk-thread.ts');
