import { Button, Menu } from '@mantine/core';
import { Icon } from '../shared/icons.tsx';
import { queueTexts } from './texts.ts';

interface Props<T extends string | number> {
  readonly label: string;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly chosen: readonly T[];
  readonly onChange: (chosen: readonly T[]) => void;
  /** Choosing one takes the place of the other. */
  readonly single?: boolean;
}

/** A filter as a button that says what is chosen, and a list to choose from. */
export function FilterMenu<T extends string | number>({ label, options, chosen, onChange, single }: Props<T>) {
  const { any, chosen: several } = queueTexts.filters;
  const [only] = chosen;
  const words = options.find(({ value }) => value === only)?.label ?? String(only);
  const text = chosen.length === 0 ? label : chosen.length === 1 ? `${label}: ${words}` : several(label, chosen.length);
  const toggle = (value: T): void => {
    const has = chosen.includes(value);
    if (single) onChange(has ? [] : [value]);
    else onChange(has ? chosen.filter((each) => each !== value) : [...chosen, value]);
  };
  return (
    <Menu position="bottom-start" shadow="md">
      <Menu.Target>
        <Button
          size="xs"
          variant={chosen.length > 0 ? 'light' : 'default'}
          rightSection={<Icon name="chevronDown" size={14} />}
          fw={500}
        >
          {text}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={340} style={{ overflowY: 'auto' }}>
        <Menu.CheckboxItem
          checked={chosen.length === 0}
          closeMenuOnClick={single === true}
          onChange={() => onChange([])}
        >
          {any}
        </Menu.CheckboxItem>
        <Menu.Divider />
        {options.map(({ value, label: name }) => (
          <Menu.CheckboxItem
            key={value}
            checked={chosen.includes(value)}
            closeMenuOnClick={single === true}
            onChange={() => toggle(value)}
          >
            {name}
          </Menu.CheckboxItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
