import { Button } from '@mantine/core';
import { useEffect } from 'react';
import { Link, useRouteError } from 'react-router';
import { EmptyState } from '../shared/states.tsx';
import { appTexts } from './texts.ts';

/** Nothing has this address, or nothing that the role may see. */
export function NotFoundPage() {
  const { title, words, back } = appTexts.notFound;
  return (
    <EmptyState icon="search" title={title} words={words}>
      <Button component={Link} to="/" variant="default">
        {back}
      </Button>
    </EmptyState>
  );
}

/** A page threw while it was drawn. */
export function BrokenPage() {
  const error = useRouteError();
  const { title, words, reload } = appTexts.broken;
  useEffect(() => console.error(error), [error]);
  return (
    <EmptyState icon="warning" title={title} words={words}>
      <Button variant="default" onClick={() => location.reload()}>
        {reload}
      </Button>
    </EmptyState>
  );
}
