import { createBrowserRouter, Navigate } from 'react-router';
import type { Role } from '../api/schema.generated.ts';
import { areasOf } from './area.ts';
import { BrokenPage, NotFoundPage } from './fallback-pages.tsx';
import { Shell } from './shell.tsx';

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
