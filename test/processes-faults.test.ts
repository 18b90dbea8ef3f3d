import { seeds } from './support/soak.ts';
import { workerFaults } from './support/worker-faults.ts';

workerFaults('PostgreSQL', { kills: seeds(3, 20), stops: seeds(1, 20) });
