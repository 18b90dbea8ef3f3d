import { peersOf } from '../../domain/access.ts';
import { notFound } from '../../domain/domain-error.ts';
import { type ImportProcess, isOpen } from '../../domain/import-process.ts';
import { asUuid } from '../../domain/uuid.ts';
import { authorise } from '../authorise.ts';
import type { ImportStore } from '../import/ports.ts';
import type { LiveSubscription } from './live-subscription.ts';
import type { LiveView } from './live-view.ts';
import { follow, type LiveDeps, type Subscriber } from './subscribe.ts';

/** The present state of an import at once, then each change of it; completes with the state in which the import ended. */
export const subscribeImportProgress =
  (deps: LiveDeps & { imports: Pick<ImportStore, 'find'> }) =>
  async ({ actor }: Subscriber, id: string): Promise<LiveSubscription<ImportProcess>> => {
    authorise(actor, 'import.manage');
    const uuid = asUuid(id);
    if (!uuid) throw notFound('import', id);
    const view: LiveView<ImportProcess> = {
      selection: { types: ['import.progressed'], subjectId: uuid },
      audience: peersOf(actor, 'import.manage'),
      prefetch: async () => undefined,
      deliver: async () => (await deps.imports.find(uuid)) ?? undefined,
      // Several changes may have come before the first of them was read: they show the same state.
      states: { key: (process) => JSON.stringify(process), isLast: ({ status }) => !isOpen(status) },
    };
    // Joined before the state is read: a change in between is delivered, not lost.
    const changes = await follow(deps, { after: null }, view);
    const present = await deps.imports.find(uuid);
    if (present) {
      changes.startWith(present);
      return changes;
    }
    await changes.return();
    throw notFound('import', id);
  };
