import type { Role } from '../../src/domain/enums.ts';
import type { Dice } from './simulation-random.ts';
import type { SoakTraffic } from './soak-traffic.ts';

export const PASSWORD = 'correct horse battery';
const ADMIN = { email: 'admin@techsupport.pro', password: 'admin123' };
const LOGIN = `mutation ($email: String!, $password: String!) {
  login(email: $email, password: $password) { accessToken refreshToken user { id email } } }`;
const REGISTER = 'mutation ($input: RegisterUserInput!) { registerUser(input: $input) { id } }';
const CLIENT = 'mutation ($input: CreateClientInput!) { createClient(input: $input) { id } }';
/** So many of the newest tickets are worked on. */
const TICKETS_AT_HAND = 300;
const VISITORS = 5;

export type Act = (desk: SoakDesk) => Promise<unknown>;
/** What can be done, with how often it is against the others. */
export type Acts = Readonly<Record<string, readonly [weight: number, act: Act]>>;

/** One of them by chance. */
export function anyOf(dice: Dice, acts: Acts): Act {
  const weights = Object.fromEntries(Object.entries(acts).map(([name, [weight]]) => [name, weight]));
  const [, act] = acts[dice.weighted(weights)] ?? [];
  if (!act) throw new Error('There is nothing to do.');
  return act;
}

/** Somebody who is signed in. */
export interface Worker {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly token: string;
  readonly refreshToken: string;
}

/** The people, clients, tickets and imports of a soak, as far as its operations need to know them. */
export class SoakDesk {
  readonly dice: Dice;
  readonly traffic: SoakTraffic;
  readonly people: Worker[] = [];
  /** They come and go, and whoever else is signed in as one of them may be signed out. */
  readonly visitors: Worker[] = [];
  readonly clients: string[] = [];
  readonly tickets: string[] = [];
  readonly imports: string[] = [];
  /** Of tickets, as lists and single ones are asked for. */
  readonly selections: string[] = [];
  /** How many of the reads of tickets are documents that nobody has sent before, from 0 to 1. */
  readonly freshDocuments: number;
  made = 0;

  constructor(traffic: SoakTraffic, dice: Dice, freshDocuments: number) {
    this.traffic = traffic;
    this.dice = dice;
    this.freshDocuments = freshDocuments;
  }

  /** Signs in an administrator, two supervisors and three agents, and adds clients of both tiers. */
  async open(): Promise<void> {
    const admin = await this.signIn(ADMIN.email, ADMIN.password, 'ADMIN');
    this.people.push(admin);
    for (const role of ['SUPERVISOR', 'SUPERVISOR', 'AGENT', 'AGENT', 'AGENT'] as const) {
      this.people.push(await this.hire(role));
    }
    for (let n = 0; n < VISITORS; n += 1) this.visitors.push(await this.hire('SUPERVISOR'));
    for (let n = 0; n < 6; n += 1) await this.addClient(n < 2 ? 'VIP' : 'NORMAL');
  }

  async signIn(email: string, password: string, role: Role): Promise<Worker> {
    type Session = { login: { accessToken: string; refreshToken: string; user: { id: string } } };
    const variables = { email, password };
    const session = await this.traffic.ask<Session>({ kind: 'session: login', query: LOGIN, variables, token: null });
    if (!session) throw new Error(`${email} could not sign in.`);
    const { accessToken: token, refreshToken, user } = session.login;
    return { id: user.id, email, role, token, refreshToken };
  }

  /** Somebody new, signed in. */
  async hire(role: Role): Promise<Worker> {
    this.made += 1;
    const email = `${role.toLowerCase()}-${this.made}@example.com`;
    const input = { email, password: PASSWORD, name: `${role} ${this.made}`, role };
    await this.traffic.ask({
      kind: 'mutation: registerUser',
      query: REGISTER,
      variables: { input },
      token: this.admin.token,
    });
    return this.signIn(email, PASSWORD, role);
  }

  async addClient(tier: 'VIP' | 'NORMAL'): Promise<void> {
    this.made += 1;
    const made = await this.traffic.ask<{ createClient: { id: string } }>({
      kind: 'mutation: createClient',
      query: CLIENT,
      variables: { input: { name: `Client ${this.made}`, tier } },
      token: this.admin.token,
    });
    if (made) this.clients.push(made.createClient.id);
  }

  get admin(): Worker {
    const [admin] = this.people;
    if (!admin) throw new Error('Nobody is signed in.');
    return admin;
  }

  /** Somebody who may do all but administer. */
  lead(): Worker {
    return this.dice.any(this.people.filter(({ role }) => role !== 'AGENT')) ?? this.admin;
  }

  anybody(): Worker {
    return this.dice.any(this.people) ?? this.admin;
  }

  visitor(): Worker {
    return this.dice.any(this.visitors) ?? this.admin;
  }

  anyTicket(): string {
    return this.dice.any(this.tickets) ?? '00000000-0000-7000-8000-000000000000';
  }

  addTicket(id: string): void {
    this.tickets.push(id);
    if (this.tickets.length > TICKETS_AT_HAND) this.tickets.shift();
  }
}
