import type { ClientTier } from '../../../domain/enums.ts';
import type { Random } from './random.ts';

export interface GeneratedClient {
  readonly name: string;
  readonly tier: ClientTier;
}

export interface GeneratedAgent {
  readonly email: string;
  /** How long this agent takes, compared with the others; below 1 is quicker. */
  readonly pace: number;
}

const FIRST_WORDS = [
  'Alder', 'Baltic', 'Cobalt', 'Dunmore', 'Ékla', 'Fjord', 'Granite', 'Harbour', 'Ivory', 'Jade', 'Köhler', 'Lumen', 'Mistral',
  'Nordlys', 'Orchard', 'Pereira', 'Quarry', 'Rosewood', 'Świt', 'Tramonto', 'Umbra', 'Vega', 'Wexford', 'Zephyr',
] as const; // biome-ignore format: a list of words
const SECOND_WORDS = [
  'Logistics',
  'Foods',
  'Clinics',
  'Insurance',
  'Energy',
  'Hotels',
  'Robotics',
  'Textiles',
] as const;
const LEGAL_FORMS = ['Ltd', 'GmbH', 'S.A.', 'AB', 'Inc.', 'Sp. z o.o.'] as const;

const AGENT_NAMES = [
  'ana.sousa', 'bartek.nowak', 'chloe.martin', 'david.okafor', 'elif.demir', 'finn.larsen', 'grace.kim', 'hugo.alvarez', 'ines.costa',
  'jonas.weber', 'kavya.rao', 'liam.byrne', 'marta.zielinska', 'noor.haddad', 'oscar.lind', 'priya.nair', 'quentin.roux', 'rosa.greco',
  'samir.aziz', 'tessa.devries', 'umar.khan', 'vera.petrova', 'wout.janssen', 'yuki.tanaka', 'zofia.mazur',
] as const; // biome-ignore format: a list of names

/** 120 clients with names in several alphabets' spelling; every fifth is a VIP, and stays one. */
export function generateClients(random: Random): readonly [GeneratedClient, ...GeneratedClient[]] {
  const clients: GeneratedClient[] = [];
  for (const [index, first] of FIRST_WORDS.entries()) {
    for (let turn = 0; turn < 5; turn += 1) {
      const second = SECOND_WORDS[(index + turn) % SECOND_WORDS.length];
      const tier = clients.length % 5 === 2 ? 'VIP' : 'NORMAL';
      clients.push({ name: `${first} ${second} ${random.pick(LEGAL_FORMS)}`, tier });
    }
  }
  const [head, ...rest] = clients;
  if (!head) throw new Error('there are no words to name clients with');
  return [head, ...rest];
}

/** The 25 agents of the desk. */
export function generateAgents(random: Random): readonly [GeneratedAgent, ...GeneratedAgent[]] {
  const agent = (name: string) => ({ email: `${name}@support.example.com`, pace: 0.75 + random.next() * 0.6 });
  const [head, ...rest] = AGENT_NAMES;
  return [agent(head), ...rest.map(agent)];
}
