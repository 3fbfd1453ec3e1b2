const PREFIX = "tieline.js/";

/** localStorage may be forbidden, absent or full: then the answer is undefined. */
function local<T>(use: (storage: Storage) => T): T | undefined {
  try {
    return use(window.localStorage);
  } catch {
    return undefined;
  }
}

/**
 * Names and texts: in localStorage while open, in memory while closed or when the browser refuses.
 *
 * Until the first of either it writes to memory only. What memory holds comes before what localStorage holds.
 */
export class Store {
  private isOpen: boolean | undefined;
  private readonly memory = new Map<string, string>();

  get(key: string): string | null {
    return this.memory.get(key) ?? this.shared(key);
  }

  /** What all tabs see. */
  shared(key: string): string | null {
    return local((storage) => storage.getItem(PREFIX + key)) ?? null;
  }

  set(key: string, value: string): void {
    this.memory.set(key, value);
    if (this.isOpen) this.write(key, value);
  }

  /** Set for all tabs and pages to come, open or not. */
  pin(key: string, value: string): void {
    this.memory.set(key, value);
    this.write(key, value);
  }

  remove(key: string): void {
    this.memory.delete(key);
    local((storage) => storage.removeItem(PREFIX + key));
  }

  keys(prefix: string): string[] {
    return [...new Set([...this.memory.keys(), ...this.localKeys()])].filter((key) => key.startsWith(prefix));
  }

  /** From now on write to localStorage; what waited in memory goes there too. */
  open(): void {
    if (this.isOpen) return;
    this.isOpen = true;
    this.keep("");
  }

  /**
   * From now on write to memory only, and leave in localStorage nothing but `kept` keys.
   *
   * Repeated calls do nothing: a tab that waits must not wipe what another has just been allowed to write.
   */
  close(kept: (key: string) => boolean): void {
    if (this.isOpen === false) return;
    this.isOpen = false;
    for (const key of this.localKeys()) if (!kept(key)) local((storage) => storage.removeItem(PREFIX + key));
  }

  /** Move memory's keys of this prefix into localStorage, open or not. Another tab's value stays. */
  keep(prefix: string): void {
    for (const [key, value] of [...this.memory]) {
      if (key.startsWith(prefix)) this.write(key, this.shared(key) ?? value);
    }
  }

  /** Remove all but `kept` keys, wherever they lie. */
  clear(kept: (key: string) => boolean): void {
    for (const key of this.keys("")) if (!kept(key)) this.remove(key);
  }

  private localKeys(): string[] {
    const names = local((storage) => Object.keys(storage)) ?? [];
    return names.filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length));
  }

  private write(key: string, value: string): void {
    local((storage) => {
      storage.setItem(PREFIX + key, value);
      this.memory.delete(key);
    });
  }
}
