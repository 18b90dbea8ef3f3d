import { ConfigError, loadConfig } from '../../src/config.ts';

/** What a start with these variables complains of. */
export function mistakes(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
}
