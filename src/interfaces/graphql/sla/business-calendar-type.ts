import { Field, InputType, Int, ObjectType } from 'type-graphql';

@ObjectType('BusinessInterval', {
  simpleResolvers: true,
  description: 'A stretch of working time on one weekday; a night is two of them, one up to 24:00 and one from 00:00.',
})
export class BusinessIntervalType {
  @Field(() => Int, { description: 'ISO weekday: 1 Monday to 7 Sunday.' })
  readonly weekday!: number;

  @Field(() => String, { description: 'Wall time at which it begins, such as "09:00".' })
  readonly start!: string;

  @Field(() => String, { description: 'Wall time at which it ends, such as "17:30"; "24:00": midnight.' })
  readonly end!: string;
}

@ObjectType('BusinessCalendar', {
  simpleResolvers: true,
  description:
    'When time counts: an instant does when its wall time in the zone lies in an interval and its date is no holiday.',
})
export class BusinessCalendarType {
  @Field(() => String, { description: 'IANA name, such as "Europe/Berlin".' })
  readonly timeZone!: string;

  @Field(() => [BusinessIntervalType], { description: 'By weekday and start; they do not overlap.' })
  readonly intervals!: readonly BusinessIntervalType[];

  @Field(() => [String], { description: 'Dates on which no time counts, such as "2026-12-25", in order.' })
  readonly holidays!: readonly string[];
}

@InputType('BusinessIntervalInput', { description: 'A stretch of working time on one weekday.' })
export class BusinessIntervalInputType {
  @Field(() => Int, { description: 'ISO weekday: 1 Monday to 7 Sunday.' })
  weekday!: number;

  @Field(() => String, { description: 'Wall time at which it begins: HH:MM from 00:00 to 23:59.' })
  start!: string;

  @Field(() => String, { description: 'Wall time at which it ends: HH:MM after the start, up to 24:00.' })
  end!: string;
}

@InputType('BusinessCalendarInput', { description: 'When time counts.' })
export class BusinessCalendarInputType {
  @Field(() => String, { description: 'IANA name, such as "Europe/Berlin".' })
  timeZone!: string;

  @Field(() => [BusinessIntervalInputType], {
    description:
      'At least one; several on a day may touch but not overlap. Write a night as two: up to 24:00, and from 00:00.',
  })
  intervals!: BusinessIntervalInputType[];

  @Field(() => [String], { description: 'Dates on which no time counts, as YYYY-MM-DD.' })
  holidays!: string[];
}
