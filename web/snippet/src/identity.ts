import type { Store } from "./store";
import { uuid } from "./uuid";

/** Who this browser says it is. It states, it proves nothing: the server decides what to believe. */
export class Identity {
  constructor(private readonly store: Store) {}

  anonymousId(nowMs: number): string {
    const known = this.store.get("anonymous");
    if (known) return known;
    const made = uuid(nowMs);
    this.store.set("anonymous", made);
    return made;
  }

  userId(): string | undefined {
    return this.store.get("user") ?? undefined;
  }

  /** Another user on the same browser is another visitor: the two must not share an anonymous id. */
  know(userId: string): void {
    const before = this.userId();
    if (before !== undefined && before !== userId) this.forget();
    this.store.set("user", userId);
  }

  forget(): void {
    for (const key of ["anonymous", "user", "visit", "cart"]) this.store.remove(key);
  }
}
