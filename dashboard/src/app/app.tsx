import { Loader, MantineProvider } from '@mantine/core';
import { lazy, Suspense, useEffect, useMemo } from 'react';
import { RouterProvider } from 'react-router/dom';
import { Provider } from 'urql';
import { client } from '../api/client.ts';
import { unreachable } from '../api/problem.ts';
import { type SignedInUser, session } from '../api/session.ts';
import { apiTexts } from '../api/texts.ts';
import { UserContext, useSessionState } from '../api/use-session.ts';
import { KeptProvider } from '../shared/kept.tsx';
import { loadTheRestSoon } from '../shared/later.ts';
import { ErrorState } from '../shared/states.tsx';
import classes from './app.module.css';
import { Notices } from './notices.tsx';
import { createRouter } from './router.tsx';
import { styleNonce } from './style-nonce.ts';
import { appTexts } from './texts.ts';
import { theme } from './theme.ts';

const SignInPage = lazy(async () => ({ default: (await import('./sign-in-page.tsx')).SignInPage }));

export function App() {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={styleNonce}>
      <Notices />
      <Door />
    </MantineProvider>
  );
}

/** Whoever is not signed in sees the sign-in at whatever address; signing in then shows what the address names. */
function Door() {
  const state = useSessionState();
  switch (state.kind) {
    case 'asking':
      return <Asking />;
    case 'unreachable':
      return (
        <main className={classes.middle}>
          <ErrorState problem={unreachable(apiTexts.unreachable)} onRetry={() => void session.resume()} />
        </main>
      );
    case 'signedOut':
      return (
        <Suspense fallback={<Asking />}>
          <SignInPage ended={state.ended} />
        </Suspense>
      );
    case 'signedIn':
      return <Desk key={state.user.id + state.user.role} user={state.user} />;
    default:
      return state satisfies never;
  }
}

function Asking() {
  return (
    <div className={classes.middle} role="status" aria-label={appTexts.asking}>
      <Loader size="sm" />
    </div>
  );
}

function Desk({ user }: { readonly user: SignedInUser }) {
  const router = useMemo(() => createRouter(user.role), [user.role]);
  useEffect(() => () => router.dispose(), [router]);
  useEffect(loadTheRestSoon, []);
  return (
    <UserContext.Provider value={user}>
      <Provider value={client}>
        <KeptProvider>
          <RouterProvider router={router} />
        </KeptProvider>
      </Provider>
    </UserContext.Provider>
  );
}
