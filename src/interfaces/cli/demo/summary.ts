import { duration } from './numbers.ts';
import { AGENT_PASSWORD } from './people.ts';
import { DEMO_ADMIN } from './server-process.ts';
import type { Scene } from './story.ts';
import { heading } from './terminal.ts';

/** Says where to go on; `staysUp`: the server can still be visited. */
export function sayGoodbye(
  { terminal }: Pick<Scene, 'terminal'>,
  origin: string,
  took: number,
  staysUp: boolean,
): void {
  heading(terminal, `That was all of it, in ${duration(took)}`);
  if (!staysUp) {
    terminal.lines('"npm start" starts the product itself; the demo keeps its own data for its next run.');
    return;
  }
  terminal.lines('The server stays up for a look around:');
  sayWhereToLook({ terminal }, origin);
}

/** The addresses and who may sign in there. */
export function sayWhereToLook({ terminal }: Pick<Scene, 'terminal'>, origin: string): void {
  terminal.lines(
    '',
    `  dashboard    ${terminal.paint('cyan', origin)}`,
    `  GraphiQL     ${origin}/graphiql   (sign-in is its first tab)`,
    `  GraphQL      ${origin}/graphql   (HTTP and WebSocket)`,
    `  admin        ${DEMO_ADMIN.email} / ${DEMO_ADMIN.password}`,
    `  an agent     ana.sousa@demo.example.com / ${AGENT_PASSWORD}`,
    `  the numbers  ${origin}/health/metrics`,
    '',
    'Press Ctrl-C to stop it. The data is kept for the next run.',
  );
}
