import type { DemoClient, DemoUser, Scene } from './story.ts';
import { table } from './table.ts';

/** All agents of the demo sign in with this. */
export const AGENT_PASSWORD = 'demo-agent-1';

const CLIENTS = [
  { name: 'Harbour Light Clinics', tier: 'VIP' },
  { name: 'Köhler & Söhne Robotics', tier: 'VIP' },
  { name: 'Orchard Street Foods', tier: 'NORMAL' },
  { name: 'Pereira Textiles', tier: 'NORMAL' },
] as const;

const AGENTS = [
  { name: 'Ana Sousa', email: 'ana.sousa@demo.example.com' },
  { name: 'Finn Larsen', email: 'finn.larsen@demo.example.com' },
  { name: 'Priya Nair', email: 'priya.nair@demo.example.com' },
] as const;

type KnownUser = DemoUser & { readonly active: boolean };

/** The people of the story. */
export interface People {
  readonly vip: DemoClient;
  readonly agent: DemoUser;
  /** All of them, the ones above among them. */
  readonly clients: readonly DemoClient[];
  readonly agents: readonly DemoUser[];
}

/** Shows who is signed in, and the clients and agents: made by the first run, found again by later ones. */
export async function introducePeople({ api, terminal }: Scene): Promise<People> {
  const { me } = await api.run<{ me: { name: string; email: string; role: string } }>(
    'query WhoAmI { me { name email role } }',
  );
  const clients = await Promise.all(CLIENTS.map((client) => findOrCreateClient(api, client)));
  const agents = await findOrCreateAgents(api);
  const rows = [
    ...clients.map(({ name, tier }) => ['client', name, tier === 'VIP' ? 'VIP' : 'normal']),
    ...agents.map(({ name, email }) => ['agent', name, email]),
  ];
  terminal.lines(`Signed in as ${me.email} (${me.role.toLowerCase()}).`, '');
  terminal.lines(...table([{ title: '' }, { title: 'name', flexible: true }, { title: 'tier or email' }], rows, 78));
  const [vip] = clients;
  const [agent] = agents;
  if (!vip || !agent) throw new Error('The demo has no client or no agent to tell its story with.');
  return { vip, agent, clients, agents };
}

async function findOrCreateClient(
  api: Scene['api'],
  { name, tier }: { readonly name: string; readonly tier: string },
): Promise<DemoClient> {
  const { clients } = await api.run<{ clients: DemoClient[] }>(
    'query FindClient($search: String!) { clients(search: $search) { id name tier } }',
    { search: name },
  );
  const found = clients.find((client) => client.name === name);
  if (found?.tier === tier) return found;
  // Somebody who looked around may have changed the tier; the story needs it back.
  const [document, input] = found
    ? [
        'mutation KeepClient($input: UpdateClientInput!) { client: updateClient(input: $input) { id name tier } }',
        { id: found.id, tier },
      ]
    : [
        'mutation AddClient($input: CreateClientInput!) { client: createClient(input: $input) { id name tier } }',
        { name, tier },
      ];
  const { client } = await api.run<{ client: DemoClient }>(document, { input });
  return client;
}

async function findOrCreateAgents(api: Scene['api']): Promise<DemoUser[]> {
  const { users } = await api.run<{ users: KnownUser[] }>(
    'query FindAgents { users(role: AGENT, first: 500) { id name email active } }',
  );
  return Promise.all(
    AGENTS.map(async (agent) => {
      const found = users.find(({ email }) => email === agent.email);
      return found?.active ? found : readyAgent(api, agent, found?.id);
    }),
  );
}

async function readyAgent(
  api: Scene['api'],
  agent: (typeof AGENTS)[number],
  id: string | undefined,
): Promise<DemoUser> {
  const { user } =
    id === undefined
      ? await api.run<{ user: DemoUser }>(
          'mutation AddAgent($input: RegisterUserInput!) { user: registerUser(input: $input) { id name email } }',
          { input: { ...agent, password: AGENT_PASSWORD, role: 'AGENT' } },
        )
      : await api.run<{ user: DemoUser }>(
          'mutation WakeAgent($id: ID!) { user: setUserActive(id: $id, active: true) { id name email } }',
          { id },
        );
  return user;
}
