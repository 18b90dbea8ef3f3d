import type { ReactNode } from 'react';
import type { Role } from '../api/schema.generated.ts';
import { useUser } from '../api/use-session.ts';

/** Shows its children to these roles; to others nothing. The API decides what may be done; this decides what is offered. */
export function RoleGate({ roles, children }: { readonly roles: readonly Role[]; readonly children: ReactNode }) {
  return roles.includes(useUser().role) ? children : null;
}
