import { createContext, type ReactNode, useContext, useState } from 'react';

const KeptContext = createContext<Map<string, unknown> | null>(null);

/** Holds what areas keep while somebody is signed in; gone with the session. */
export function KeptProvider({ children }: { readonly children: ReactNode }) {
  const [kept] = useState(() => new Map<string, unknown>());
  return <KeptContext.Provider value={kept}>{children}</KeptContext.Provider>;
}

/** What `make` made when it was first asked for under `name`: it outlives the page that made it, so that coming back finds it. */
export function useKept<T>(name: string, make: () => T): T {
  const kept = useContext(KeptContext);
  if (!kept) throw new Error('Nobody is signed in here.');
  if (!kept.has(name)) kept.set(name, make());
  return kept.get(name) as T;
}
