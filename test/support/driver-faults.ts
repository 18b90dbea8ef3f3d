import { type Collection, type Db, MongoNetworkError } from 'mongodb';
import type { MongoDatabase } from '../../src/infrastructure/mongo/mongo.ts';

const CALLS = new Set([
  'findOne',
  'insertOne',
  'insertMany',
  'updateOne',
  'updateMany',
  'replaceOne',
  'deleteOne',
  'deleteMany',
  'bulkWrite',
  'findOneAndUpdate',
  'countDocuments',
  'distinct',
]);
const CURSORS = new Set(['find', 'aggregate']);

type Fault =
  | { readonly kind: 'crash'; readonly at: number; readonly when: 'before' | 'after' }
  | { readonly kind: 'pause'; readonly at: number; readonly reached: () => void; readonly until: Promise<void> };

/** Stands between the stores and the driver, and lets a process die or stop at a chosen call to the server. */
export class DriverFaults {
  #fault: Fault | null = null;
  #isDead = false;
  /** The calls since the last fault was set: collection and method. */
  calls: string[] = [];
  /** Whether the fault has happened. */
  hasHappened = false;

  /** The process dies before or after its call number `at` from now on takes effect: that call and all later ones fail. */
  crashAt(at: number, when: 'before' | 'after'): void {
    this.#set({ kind: 'crash', at, when });
  }

  /** Call number `at` from now on waits until `resume`; the other calls go on. Resolves `reached` once it waits. */
  pauseAt(at: number): { readonly reached: Promise<void>; readonly resume: () => void } {
    const [reached, waiting] = [deferred(), deferred()];
    this.#set({ kind: 'pause', at, reached: reached.resolve, until: waiting.promise });
    return { reached: reached.promise, resume: waiting.resolve };
  }

  /** Another process, without faults. */
  heal(): void {
    this.#fault = null;
    this.#isDead = false;
  }

  wrap({ db, limit }: MongoDatabase): MongoDatabase {
    const collection = (...args: Parameters<Db['collection']>) => this.#collection(db.collection(...args));
    const wrapped = new Proxy(db, { get: (target, key) => (key === 'collection' ? collection : member(target, key)) });
    return { db: wrapped, limit };
  }

  #set(fault: Fault): void {
    this.#fault = fault;
    this.#isDead = false;
    this.hasHappened = false;
    this.calls = [];
  }

  #collection(collection: Collection): Collection {
    return new Proxy(collection, {
      get: (target, key) => {
        const found = member(target, key);
        if (typeof key !== 'string' || typeof found !== 'function') return found;
        const name = `${target.collectionName}.${key}`;
        if (CALLS.has(key)) return (...args: unknown[]) => this.#call(name, () => found(...args));
        if (!CURSORS.has(key)) return found;
        return (...args: unknown[]) => {
          const cursor = found(...args);
          const toArray = () => this.#call(name, () => cursor.toArray());
          return new Proxy(cursor, { get: (each, key) => (key === 'toArray' ? toArray : member(each, key)) });
        };
      },
    });
  }

  async #call<T>(name: string, run: () => Promise<T>): Promise<T> {
    if (this.#isDead) throw new MongoNetworkError('dead already');
    this.calls.push(name);
    const fault = this.#fault;
    if (!fault || this.hasHappened || this.calls.length !== fault.at) return run();
    this.hasHappened = true;
    if (fault.kind === 'pause') {
      fault.reached();
      await fault.until;
      return run();
    }
    if (fault.when === 'after') await run();
    this.#isDead = true;
    throw new MongoNetworkError(`died ${fault.when} ${name}`);
  }
}

/** Methods keep their own `this`, which a proxy would be in the way of. */
function member(target: object, key: string | symbol) {
  const value: unknown = Reflect.get(target, key);
  return typeof value === 'function' ? value.bind(target) : value;
}

function deferred() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
