// Preloaded into a server, tells over a local socket what its process holds once all garbage is collected.
import { EventEmitter } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import pg from 'pg';

const PAUSE_MS = 300;

const path = process.env.SOAK_PROBE;
// Threads and children of the server are not looked at.
delete process.env.SOAK_PROBE;

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc');
const timer = setTimeout(() => {}, 0);
const Timeout = timer.constructor;

/** Connections to Postgres that have ever prepared a statement, by name or without. */
const databaseConnections = new Set();
const parse = pg.Connection.prototype.parse;
pg.Connection.prototype.parse = function (...query) {
  if (!this.soakSeen) databaseConnections.add(new WeakRef(this));
  this.soakSeen = true;
  return parse.apply(this, query);
};

/** Pools that anybody has ever borrowed from. */
const pools = new Set();
const connect = pg.Pool.prototype.connect;
pg.Pool.prototype.connect = function (...how) {
  pools.add(this);
  return connect.apply(this, how);
};

function counted(names) {
  const counts = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** Sockets by what they are for, the rest by what they are. Those of the probe are not among them. */
function handlesOf(listening) {
  const kinds = process._getActiveHandles().map((handle) => {
    if (handle.soakProbe) return null;
    const name = handle.constructor.name;
    if (name !== 'Socket' || handle.remotePort === undefined) return name;
    return listening.has(handle.localPort) ? 'client socket' : 'database socket';
  });
  return counted(kinds.filter((kind) => kind !== null));
}

function portsListenedAt() {
  const servers = process._getActiveHandles().filter((handle) => handle.constructor.name === 'Server');
  return new Set(servers.map((server) => server.address()?.port));
}

function statementsKept() {
  let most = 0;
  for (const reference of databaseConnections) {
    const connection = reference.deref();
    if (!connection) databaseConnections.delete(reference);
    else most = Math.max(most, Object.keys(connection.parsedStatements ?? {}).length);
  }
  return most;
}

const KINDS = { functions: Function, emitters: EventEmitter, timers: Timeout };

/** Counting stops the process. It does its work in between, or Postgres would end transactions that idle for too long. */
async function objectsAlive() {
  const objects = {};
  for (const [kind, of] of Object.entries(KINDS)) {
    objects[kind] = v8.queryObjects(of, { format: 'count' });
    await pause(PAUSE_MS);
  }
  return objects;
}

async function look(whole) {
  const startedAt = performance.now();
  // What a finalizer lets go of is garbage of the next round.
  for (let round = 0; round < (whole ? 2 : 1); round += 1) {
    collect();
    await pause(whole ? PAUSE_MS : 0);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return {
    heapUsed,
    external,
    rss,
    resources: counted(process.getActiveResourcesInfo()),
    handles: handlesOf(portsListenedAt()),
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    statements: statementsKept(),
    borrowed: [...pools].reduce((sum, pool) => sum + pool.totalCount - pool.idleCount, 0),
    objects: whole ? await objectsAlive() : {},
    milliseconds: Math.round(performance.now() - startedAt),
  };
}

if (path) {
  const probe = createServer((asking) => {
    asking.soakProbe = true;
    asking.on('error', () => {});
    asking.once('data', (question) => {
      look(String(question) === 'whole').then((found) => asking.end(JSON.stringify(found)));
    });
  });
  probe.soakProbe = true;
  probe.listen(path).unref();
}
