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

/** Cooler than Mantine's, as the surfaces of tones.css are. */
const dark: MantineColorsTuple = [
  '#e4e9ef',
  '#cdd5df',
  '#a3adb9',
  '#7d8896',
  '#414b57',
  '#343d48',
  '#20262e',
  '#191e25',
  '#151a20',
  '#12161b',
];

/** Mantine's, but for the seventh: hints are read, too, on white and on dark. */
const gray: MantineColorsTuple = [
  '#f8f9fa',
  '#f1f3f5',
  '#e9ecef',
  '#dee2e6',
  '#ced4da',
  '#adb5bd',
  '#5f6b78',
  '#495057',
  '#343a40',
  '#212529',
];

/** Dense, since people look at it all day: 14 px text, small controls. */
export const theme = createTheme({
  colors: { tide, dark, gray },
  primaryColor: 'tide',
  // White on either has a contrast of more than 4.5.
  primaryShade: { light: 9, dark: 8 },
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
