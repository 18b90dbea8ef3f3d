import { createBrowserRouter, matchRoutes, Navigate } from 'react-router';
import type { Role } from '../api/schema.generated.ts';
import { allAreas, areasOf } from './area.ts';
import { BrokenPage, NotFoundPage } from './fallback-pages.tsx';
import { Shell } from './shell.tsx';

/** Begins to load the page that an address names, while it is not yet known who asks; whoever may not see it is not shown it. */
export function preloadPage(pathname: string): void {
  const [first] = allAreas();
  const routes = allAreas().flatMap((area) => area.routes);
  for (const { route } of matchRoutes([...routes], pathname === '/' ? (first?.navigation?.to ?? '/') : pathname) ??
    []) {
    // When it cannot be had, the router says so where the page would be.
    if (typeof route.lazy === 'function') Promise.resolve(route.lazy()).catch(() => undefined);
  }
}

/** The addresses that this role has. */
export function createRouter(role: Role) {
  const areas = areasOf(role);
  const start = areas.find(({ navigation }) => navigation)?.navigation?.to ?? '/';
  return createBrowserRouter([
    {
      element: <Shell areas={areas} />,
      errorElement: <BrokenPage />,
      hydrateFallbackElement: <Shell areas={areas} waiting />,
      children: [
        { index: true, element: <Navigate to={start} replace /> },
        ...areas.flatMap(({ routes }) => routes),
        { path: '*', element: <NotFoundPage /> },
      ],
    },
  ]);
}
