import { type GroupDeps, LiveGroup } from './live-group.ts';
import type { Leaving, Payload, Sharing } from './live-sharing.ts';
import type { LiveView, Place } from './live-view.ts';

/** Finds for each subscriber those who follow the same and may see the same. */
export class LiveGroups {
  readonly #deps: GroupDeps;
  readonly #groups = new Map<string, LiveGroup<unknown, Payload>>();

  constructor(deps: GroupDeps) {
    this.#deps = deps;
  }

  /** How many different things are followed, by how many. */
  get size(): { readonly groups: number; readonly members: number } {
    let members = 0;
    for (const group of this.#groups.values()) members += group.size;
    return { groups: this.#groups.size, members };
  }

  /** Puts a subscriber that has come to `place`, where the hub stands, among its like. Returns how to leave; see LiveGroup.join. */
  join<T, P extends Payload>(
    view: LiveView<T>,
    { key, make, member }: Sharing<T, P>,
    place: Place,
    onEnd: (how: Leaving) => void,
  ): () => void {
    const whole = `${view.audience}\n${key}`;
    // The key stands for what is made of which view: those of one group have both in common.
    const known = this.#groups.get(whole) as unknown as LiveGroup<T, P> | undefined;
    const group = known ?? new LiveGroup(this.#deps, view, make, () => this.#groups.delete(whole));
    if (!known) this.#groups.set(whole, group as unknown as LiveGroup<unknown, Payload>);
    return group.join(member, place, onEnd);
  }
}
