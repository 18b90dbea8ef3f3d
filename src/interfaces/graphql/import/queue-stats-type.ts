import { Field, Int, ObjectType } from 'type-graphql';
import type { QueueCounts } from '../../../application/queue/ports.ts';

@ObjectType('QueueStats', { simpleResolvers: true, description: 'A job queue at this moment.' })
export class QueueStatsType implements QueueCounts {
  @Field(() => String, { description: 'Name of the queue.' })
  readonly name!: QueueCounts['name'];

  @Field(() => Int, { description: 'Jobs that could be taken now.' })
  readonly waiting!: number;

  @Field(() => Int, { description: 'Jobs that are running.' })
  readonly active!: number;

  @Field(() => Int, { description: 'Jobs for later: schedules, and what is to be tried again.' })
  readonly delayed!: number;

  @Field(() => Int, { description: 'Jobs that succeeded within the last day, of which the last 10,000 are kept.' })
  readonly completed!: number;

  @Field(() => Int, {
    description: 'Jobs that failed for good within the last day, of which the last 10,000 are kept.',
  })
  readonly failed!: number;

  @Field(() => Boolean, { description: 'Whether the queue hands out no jobs for now.' })
  readonly paused!: boolean;
}
