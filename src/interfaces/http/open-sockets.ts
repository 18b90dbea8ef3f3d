import type { Duplex } from 'node:stream';
import { DomainError } from '../../domain/domain-error.ts';
import { addressBucket } from './rate-limiter.ts';

/** Counts the open sockets of each address, as this process sees them. */
export interface OpenSockets {
  /** Counts this connection until it closes; a refusal when its address has as many as it may. */
  enter(ip: string, connection: Duplex): DomainError<'LIMIT_EXCEEDED'> | null;
}

export function countOpenSockets(maxPerAddress: number): OpenSockets {
  const open = new Map<string, number>();
  return {
    enter(ip, connection) {
      const address = addressBucket(ip);
      const count = (open.get(address) ?? 0) + 1;
      if (count > maxPerAddress) {
        const message = `The limit "socketsPerAddress" is ${maxPerAddress}, and this would be number ${count}. Close one first, or use one socket for several subscriptions.`;
        return new DomainError('LIMIT_EXCEEDED', message, {
          limit: 'socketsPerAddress',
          max: maxPerAddress,
          actual: count,
        });
      }
      open.set(address, count);
      connection.once('close', () => {
        const left = (open.get(address) ?? 1) - 1;
        if (left > 0) open.set(address, left);
        else open.delete(address);
      });
      return null;
    },
  };
}
