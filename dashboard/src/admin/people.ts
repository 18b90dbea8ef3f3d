import type { Role } from '../api/schema.generated.ts';

export const ROLES: readonly Role[] = ['AGENT', 'SUPERVISOR', 'ADMIN'];

export interface PeopleFilter {
  readonly search: string;
  readonly role: string | null;
  /** "yes" or "no"; anything else: both. */
  readonly active: string | null;
}

/** The people that a filter lets through, in their order. */
export function filterPeople<T extends { name: string; email: string; role: Role; active: boolean }>(
  people: readonly T[],
  { search, role, active }: PeopleFilter,
): T[] {
  const wanted = search.trim().toLocaleLowerCase();
  return people.filter(
    (person) =>
      (role === null || person.role === role) &&
      (active === null || person.active === (active === 'yes')) &&
      (wanted === '' || `${person.name}\n${person.email}`.toLocaleLowerCase().includes(wanted)),
  );
}

/** Without what is easily taken for something else: l and 1, o and 0. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';

/** A password that can be read out: four groups of four, 80 bits, from bytes that are evenly spread. */
export function suggestPassword(bytes: Uint8Array): string {
  const letters = [...bytes.subarray(0, 16)].map((byte) => LETTERS[byte % LETTERS.length]);
  return [0, 4, 8, 12].map((at) => letters.slice(at, at + 4).join('')).join('-');
}
