import { describeWithRedis } from './support/redis.ts';
import { seeds } from './support/soak.ts';
import { workerFaults } from './support/worker-faults.ts';

describeWithRedis('with Redis', () => workerFaults('Redis', { kills: seeds(1, 20), stops: seeds(1, 20) }));
