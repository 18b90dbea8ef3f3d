import type { Actor } from '../../domain/actor.ts';
import type { ImportProcess } from '../../domain/import-process.ts';
import { authorise } from '../authorise.ts';
import type { ImportStore } from './ports.ts';

/** The import as it is now, or null when there is none; FORBIDDEN for agents. */
export const findImport =
  (deps: { readonly imports: ImportStore }) =>
  async (actor: Actor, id: string): Promise<ImportProcess | null> => {
    authorise(actor, 'import.manage');
    return deps.imports.find(id);
  };
