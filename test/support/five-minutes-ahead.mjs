// Preloaded into a process, makes it believe that it is five minutes later than it is.
const AHEAD_MS = 5 * 60_000;

const RealDate = Date;
const now = () => RealDate.now() + AHEAD_MS;

globalThis.Date = new Proxy(RealDate, {
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name, target)),
  apply: () => new RealDate(now()).toString(),
  construct: (target, args, self) => Reflect.construct(target, args.length > 0 ? args : [now()], self),
});
