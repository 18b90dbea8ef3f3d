import { Field, InputType } from 'type-graphql';
import type { Role } from '../../../domain/enums.ts';
import { RoleEnum } from '../enums.ts';

@InputType('RegisterUserInput', { description: 'A new user.' })
export class RegisterUserInputType {
  @Field(() => String, { description: 'An email address that no other user has; kept in lower case.' })
  readonly email!: string;

  @Field(() => String, { description: '8 characters to 72 bytes; the user can change it.' })
  readonly password!: string;

  @Field(() => String, { description: 'Up to 200 characters.' })
  readonly name!: string;

  @Field(() => RoleEnum, { defaultValue: 'AGENT', description: 'What the user may do.' })
  readonly role!: Role;
}
