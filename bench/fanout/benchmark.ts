import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Benchmark, Outcome, Stage } from '../harness/benchmark.ts';
import { type Child, startChild } from '../harness/child.ts';
import { comparison, runsByName } from '../harness/comparison.ts';
import { type Contender, type Figures, interleave, medianOf } from '../harness/rounds.ts';
import { median, ratio } from '../harness/statistics.ts';
import type { ClientsAnswer, ClientsRequest } from './clients.ts';
import type { ServerAnswer, ServerRequest, Way } from './server.ts';

const SUBSCRIBERS = 5_000;
const ALERTS_A_ROUND = 10;
/** Between two alerts: garbage is collected, pings are answered. */
const GAP_MS = 100;
const ATTEMPTS = 3_000;

interface FanOutFigures extends Figures {
  /** Milliseconds from the alert being there to the first and the last frame at the clients. */
  readonly first: number;
  readonly last: number;
  /** Milliseconds from the alert being there to the answer of an HTTP request that came right behind it. */
  readonly http: number;
  /** Milliseconds of the server's processor time for one alert. */
  readonly processor: number;
}

/** How long it takes until the last of very many has been told of an alert. */
export const fanout: Benchmark = {
  name: 'fanout',
  about: `one alert to ${SUBSCRIBERS.toLocaleString('en-US')} subscribers on one process`,
  run: measure,
};

interface Place {
  readonly way: Way;
  readonly server: Child<ServerRequest, ServerAnswer>;
  readonly clients: Child<ClientsRequest, ClientsAnswer>;
  readonly port: number;
}

async function measure(stage: Stage): Promise<Outcome> {
  const clients = startChild<ClientsRequest, ClientsAnswer>(stage, join(import.meta.dirname, 'clients.ts'));
  const open = async (way: Way, text?: string): Promise<Place> => {
    stage.say(`${way}: ${SUBSCRIBERS} subscribers come`);
    const server = startChild<ServerRequest, ServerAnswer>(stage, join(import.meta.dirname, 'server.ts'));
    const { port = 0 } = await server.ask({ kind: 'start', way, ...(text === undefined ? {} : { text }) });
    await clients.ask({ kind: 'open', name: way, port, count: SUBSCRIBERS });
    for (let left = ATTEMPTS; ; left -= 1) {
      const { followers = 0 } = await server.ask({ kind: 'followers' });
      if (followers >= SUBSCRIBERS) break;
      assert(left > 0, `Only ${followers} subscribers are there.`);
      await delay(20);
    }
    return { way, server, clients, port };
  };
  const ours = await open('ours');
  const theirs = await open('graphql-ws');
  const [text = ''] = await checked(ours);
  await checked(theirs, text);
  const raw = await open('raw', text.replace('ID', '00000000-0000-0000-0000-000000000000'));
  await tell(raw);

  const contenders: Contender<FanOutFigures>[] = [
    { name: 'ours', role: 'ours', run: () => round(ours) },
    { name: 'ws, the bytes sent in a loop', role: 'limit', run: () => round(raw) },
    { name: 'graphql-ws as shipped', role: 'peer', run: () => round(theirs) },
  ];
  for (const { run } of contenders) await run(0);
  const measured = await interleave(stage, contenders);
  const [us, limit, peer] = measured;
  const toLimit = medianOf(us, 'last') / medianOf(limit, 'last');
  const toPeer = medianOf(peer, 'last') / medianOf(us, 'last');
  return {
    tables: [
      comparison(
        'ms from the alert to the frames, and of processor time',
        measured,
        [
          { key: 'last', label: 'last frame, ms' },
          { key: 'first', label: 'first frame, ms' },
          { key: 'http', label: 'HTTP meanwhile, ms' },
          { key: 'processor', label: 'processor, ms' },
        ],
        'last',
      ),
    ],
    goals: [
      {
        what: 'last frame, beside raw ws sends',
        wanted: 'at most 1.5x',
        measured: ratio(toLimit, 1),
        met: toLimit <= 1.5,
      },
      {
        what: 'last frame, beside graphql-ws',
        wanted: 'at least 5x faster',
        measured: ratio(toPeer, 1),
        met: toPeer >= 5,
      },
    ],
    notes: [
      `Each figure is the median of ${ALERTS_A_ROUND} alerts. Every client has an id of its own, as stock clients do. Before anything is measured, everybody gets the same text from ours and from graphql-ws, byte for byte but for ids and instants.`,
      'All have the schema of the product over data in memory; ours goes its whole way from the log on. The source of graphql-ws is the least there can be. The limit sends the same bytes to all, from one buffer.',
      'All clients are in one other process and read no more than the headers of frames: what they cost is in all figures alike.',
    ],
    figures: { subscribers: SUBSCRIBERS, bytes: text.length, rounds: runsByName(measured) },
  };
}

/** What everybody was told of one alert; it has to be the same, and for `like` to have the form of that. */
async function checked(place: Place, like?: string): Promise<string[]> {
  await tell(place);
  const { texts = [] } = await place.clients.ask({ kind: 'texts', name: place.way });
  assert.equal(texts.length, SUBSCRIBERS);
  assert.deepEqual([...new Set(texts)].length, 1, 'Everybody is told the same');
  if (like !== undefined) assert.equal(form(texts[0] ?? ''), form(like), 'By both in the same words');
  return [...texts];
}

/** A message without what is different in each process: ids and cursors. */
function form(text: string): string {
  return text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID').replace(/"cursor":"[^"]*"/, '"cursor":""');
}

async function tell({ way, server, clients, port }: Place): Promise<FanOutFigures> {
  const arriving = clients.ask({ kind: 'arrival', name: way });
  const { at = Number.NaN } = await server.ask({ kind: 'alert' });
  const answered = fetch(`http://127.0.0.1:${port}/health`).then(
    () => Number(process.hrtime.bigint()) / 1e6,
    () => Number.NaN,
  );
  const { arrival } = await arriving;
  assert(arrival);
  const { processorMs = Number.NaN } = await server.ask({ kind: 'processor' });
  const http = await answered;
  return { first: arrival.first - at, last: arrival.last - at, http: http - at, processor: processorMs };
}

async function round(place: Place): Promise<FanOutFigures> {
  const all: FanOutFigures[] = [];
  while (all.length < ALERTS_A_ROUND) {
    all.push(await tell(place));
    await delay(GAP_MS);
  }
  const middle = (key: keyof FanOutFigures) => median(all.map((each) => each[key] ?? Number.NaN));
  return { first: middle('first'), last: middle('last'), http: middle('http'), processor: middle('processor') };
}
