import { TextInput } from '@mantine/core';
import { type RefObject, useEffect, useState } from 'react';
import { Icon } from '../shared/icons.tsx';
import classes from './admin.module.css';

const TYPING_MS = 250;

interface Props {
  readonly label: string;
  readonly value: string;
  readonly box: RefObject<HTMLInputElement | null>;
  readonly onChange: (value: string | null) => void;
}

/** What is typed is searched for once the typing rests. */
export function SearchBox({ label, value, box, onChange }: Props) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing starts it.
  useEffect(() => {
    if (typed.trim() === value) return;
    const timer = setTimeout(() => onChange(typed.trim() || null), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <TextInput
      ref={box}
      className={classes.search}
      size="xs"
      type="search"
      aria-label={label}
      placeholder={label}
      value={typed}
      leftSection={<Icon name="search" size={15} />}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur();
      }}
    />
  );
}
