/** What the connection to the server has to say. */
export const apiTexts = {
  unreachable: 'The server cannot be reached. Check the connection and try again.',
  signedOut: 'You are signed out. Sign in again.',
} as const;
