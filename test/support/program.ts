import { spawnSync } from 'node:child_process';
import { describe } from 'vitest';

/** A suite that needs a program of the system: skipped, loudly, where it is missing, and never skipped by `.ci/run`. */
export function describeWithProgram(program: string, debianPackage: string, name: string, suite: () => void): void {
  const missing = spawnSync(program, ['--version']).error
    ? `${program} is not installed; "apt-get install ${debianPackage}" brings it`
    : null;
  if (missing && process.env.CI) throw new Error(`"${name}" cannot run: ${missing}.`);
  if (missing) console.warn(`SKIPPED: "${name}", because ${missing}.`);
  describe.skipIf(missing !== null)(missing ? `${name} (skipped: ${missing})` : name, suite);
}
