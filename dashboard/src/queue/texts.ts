export const queueTexts = {
  title: 'Queue',
} as const;
