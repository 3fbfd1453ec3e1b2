import type { Store } from "./store";
import { warn } from "./warn";

const EVENTS_MAX = 1_000;
const BYTES_MAX = 2_000_000;
const BATCH_EVENTS_MAX = 50;
/** Below the 64 KiB a browser lets out of a page that is closing. */
const BATCH_BYTES_MAX = 60_000;
const EVENT_BYTES_MAX = 32_000;

const EVENT = "queue.";
const WITHDRAWAL = "withdrawal.";

/** A stored event: the key it lies under, and its JSON. */
export type Entry = readonly [key: string, text: string];

const byteLength = (text: string): number => new TextEncoder().encode(text).length;
const idOf = (key: string): string => key.slice(key.indexOf(".") + 1);

/**
 * Events that wait for the network, oldest first.
 *
 * One key for each event: two tabs then never rewrite each other's queue, and both may send an event, never lose it.
 */
export class Queue {
  constructor(private readonly store: Store) {}

  add(messageId: string, text: string): void {
    if (byteLength(text) > EVENT_BYTES_MAX) {
      warn(`event dropped: larger than ${EVENT_BYTES_MAX} bytes`);
      return;
    }
    this.store.set(EVENT + messageId, text);
    this.trim();
  }

  /** A withdrawal stays in memory: storage is being cleared. See `keepWithdrawals`. */
  addWithdrawal(messageId: string, text: string): void {
    this.store.set(WITHDRAWAL + messageId, text);
  }

  /** A withdrawal that could not be delivered outlives the page: to lose it would undo the visitor's choice. */
  keepWithdrawals(): void {
    this.store.keep(WITHDRAWAL);
  }

  /** The next batch. Without consent only withdrawals may leave. */
  take(granted: boolean, except: ReadonlySet<string>): Entry[] {
    const batch: Entry[] = [];
    let bytes = 0;
    for (const key of this.keys(granted)) {
      if (except.has(key)) continue;
      const text = this.store.get(key);
      if (text === null) continue;
      bytes += byteLength(text) + 1;
      if (batch.length === BATCH_EVENTS_MAX || (batch.length && bytes > BATCH_BYTES_MAX)) break;
      batch.push([key, text]);
    }
    return batch;
  }

  isFull(): boolean {
    return this.store.keys(EVENT).length >= BATCH_EVENTS_MAX;
  }

  remove(keys: readonly string[]): void {
    for (const key of keys) this.store.remove(key);
  }

  static isWithdrawal(key: string): boolean {
    return key.startsWith(WITHDRAWAL);
  }

  private keys(granted: boolean): string[] {
    const keys = [...this.store.keys(WITHDRAWAL), ...(granted ? this.store.keys(EVENT) : [])];
    return keys.sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
  }

  private trim(): void {
    const keys = this.store.keys(EVENT).sort();
    // Browsers store two bytes a character.
    const sizes = keys.map((key) => 2 * (this.store.get(key)?.length ?? 0));
    let bytes = sizes.reduce((sum, size) => sum + size, 0);
    let dropped = 0;
    while (keys.length - dropped > EVENTS_MAX || bytes > BYTES_MAX) bytes -= sizes[dropped++] ?? 0;
    this.remove(keys.slice(0, dropped));
    if (dropped) warn(`queue full: ${dropped} oldest event(s) dropped`);
  }
}
