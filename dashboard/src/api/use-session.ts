import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Role } from './schema.generated.ts';
import { type SessionState, type SignedInUser, session } from './session.ts';

export function useSessionState(): SessionState {
  return useSyncExternalStore(session.subscribe, session.state);
}

/** Whoever is signed in; filled by the app around everything that needs somebody. */
export const UserContext = createContext<SignedInUser | null>(null);

/** Whoever is signed in. Throws outside of what is shown to them. */
export function useUser(): SignedInUser {
  const user = useContext(UserContext);
  if (!user) throw new Error('Nobody is signed in here.');
  return user;
}

/** Supervisors and administrators. */
export const LEADS: readonly Role[] = ['SUPERVISOR', 'ADMIN'];
export const EVERYBODY: readonly Role[] = ['AGENT', 'SUPERVISOR', 'ADMIN'];
