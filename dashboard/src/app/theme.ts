import { createTheme, type MantineColorsTuple } from '@mantine/core';

const tide: MantineColorsTuple = [
  '#eef7f9',
  '#dcecf1',
  '#b5d7e1',
  '#8bc1d1',
  '#69aec3',
  '#52a2ba',
  '#4399b3',
  '#33849d',
  '#1d6f88',
  '#0f5f75',
];

/** Dense, since people look at it all day: 14 px text, small controls. */
export const theme = createTheme({
  colors: { tide },
  primaryColor: 'tide',
  primaryShade: { light: 9, dark: 4 },
  autoContrast: true,
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'Cascadia Mono', 'SF Mono', Menlo, Consolas, monospace",
  components: {
    Button: { defaultProps: { size: 'sm' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm' } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 300 } },
  },
});
