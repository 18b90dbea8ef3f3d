import type { RouteObject } from 'react-router';
import type { Role } from '../api/schema.generated.ts';
import type { IconName } from '../shared/icons.tsx';

/** A part of the dashboard. A folder that exports one as `area` from its area.ts is part of it; nothing else has to be told. */
export interface Area {
  /** Its place in the navigation, from 10 in steps of 10. */
  readonly order: number;
  /** Whoever may see it; for others there is no entry and no address. */
  readonly roles: readonly Role[];
  /** Absent: it is reached from other areas. */
  readonly navigation?: {
    readonly to: string;
    readonly label: string;
    readonly icon: IconName;
    /** "g" and then this key goes there. */
    readonly key: string;
  };
  /** Addresses below "/", each loaded when it is first opened. */
  readonly routes: readonly RouteObject[];
}

const found = import.meta.glob<Area>('../*/area.ts', { eager: true, import: 'area' });

/** In the order of the navigation. */
export function allAreas(): Area[] {
  return Object.values(found).sort((a, b) => a.order - b.order);
}

/** Every area that `role` may see, in the order of the navigation. */
export function areasOf(role: Role): Area[] {
  return allAreas().filter(({ roles }) => roles.includes(role));
}
