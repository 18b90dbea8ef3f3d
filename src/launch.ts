#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';

/** More than a start takes; a server that is idle then has nothing that would let the space grow. */
const STARTED_MS = 2_000;

// Loading fills the space of new objects up to its largest, and V8 would not give the 32 MB back to the system.
setFlagsFromString('--semi-space-growth-factor=1');
setTimeout(() => setFlagsFromString('--semi-space-growth-factor=2'), STARTED_MS).unref();

// Only modules that are loaded from here on: stack traces name the lines of the sources, whatever the bundle made of them.
process.setSourceMapsEnabled(true);
await import('./main.ts');
