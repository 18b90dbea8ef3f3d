import type { Random } from './random.ts';

const THINGS = [
  'VPN', 'Outlook', 'The invoice export', 'Single sign-on', 'The label printer', 'The customer portal', 'Payroll report', 'The webshop',
  'Wi-Fi on the third floor', 'The nightly backup', 'Two-factor login', 'Shared calendar', 'The booking API', 'Scanner in the warehouse',
  'The mobile app', 'Password reset', 'The CRM import', 'Video calls', 'The payment terminal', 'Remote desktop',
] as const; // biome-ignore format: a list of words
const PROBLEMS = [
  'does not start', 'is very slow', 'shows error 0x80070005', 'stopped after the update', 'asks for the password again and again',
  'loses its connection', 'sends everything twice', 'shows yesterday’s data', 'is missing half of the rows', 'times out',
  'prints “ä” and “ł” as question marks', 'works only in the browser', 'returns 502 Bad Gateway', 'freezes the whole screen',
] as const; // biome-ignore format: a list of words
const SETTINGS = [
  '', '', '', ' since this morning', ' for one user', ' for everyone', ' at the Łódź office', ' in Zürich', ' after lunch', ' on macOS',
  ' when working from home', ', again', ' – urgent', ' for new employees',
] as const; // biome-ignore format: a list of words

/** What a person would write in the subject line. */
export function generateTitle(random: Random): string {
  return `${random.pick(THINGS)} ${random.pick(PROBLEMS)}${random.pick(SETTINGS)}`;
}
