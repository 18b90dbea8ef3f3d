import { expect, it } from 'vitest';
import { createDesk } from './support/desk.ts';
import { doomed } from './support/races-doom.ts';

it('a connection that dies as a transaction begins is not lost to the pool', async () => {
  await using desk = await createDesk();
  const db = desk.open(2);
  const doom = doomed(db, desk.db);
  for (let i = 0; i < 3; i += 1) {
    doom.at(0, 'before');
    await expect(db.transaction(async () => 1)).rejects.toThrow();
    await doom.spare();
  }
  expect(await db.transaction(async () => 1)).toBe(1);
  await db.close();
});
