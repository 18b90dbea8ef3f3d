import type { Actor } from '../../domain/actor.ts';
import { authorise } from '../authorise.ts';
import type { Freshen } from './ports.ts';

/** The instant up to which everything that was committed is in the reports that are read with it or after it. */
export const reportsAsOf =
  (deps: { readonly freshen: Freshen }) =>
  async (actor: Actor): Promise<Date> => {
    authorise(actor, 'report.read');
    return deps.freshen();
  };
