import type { Actor } from '../../domain/actor.ts';
import type { ImportProcess } from '../../domain/import-process.ts';
import { authorise } from '../authorise.ts';
import { checkFirst, type Page } from '../page.ts';
import type { ImportStore } from './ports.ts';

/** A page of imports (`first`: 1-100), newest first; FORBIDDEN for agents. */
export const listImports =
  (deps: { readonly imports: ImportStore }) =>
  async (
    actor: Actor,
    page: { readonly first: number; readonly after: string | null },
  ): Promise<Page<ImportProcess>> => {
    authorise(actor, 'import.manage');
    return deps.imports.list({ first: checkFirst(page.first), after: page.after });
  };
