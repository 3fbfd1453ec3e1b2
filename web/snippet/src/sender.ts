import type { Options } from "./options";
import type { Entry, Queue } from "./queue";
import { isTemporary, retryDelayMs } from "./retry";
import { warn } from "./warn";

const WAIT_MS = 2_000;
const TIMEOUT_MS = 30_000;

/** Empties the queue: in batches, again after failures, and once more as the page goes. */
export class Sender {
  private readonly flying = new Set<string>();
  private timer: number | undefined;
  private failures = 0;
  private notBeforeMs = 0;
  private unreachable = false;

  constructor(
    private readonly queue: Queue,
    private readonly options: Options,
    private readonly granted: () => boolean,
  ) {}

  /** Send soon: at once when a batch is full, else 2 s after the first event. */
  nudge(): void {
    if (this.queue.isFull()) this.flush();
    else this.wait(WAIT_MS);
  }

  /** Send now, whatever is being waited for. */
  urge(): void {
    this.notBeforeMs = 0;
    void this.send();
  }

  /** The network is back: what failed for want of it need not wait longer; a server's "later" still counts. */
  online(): void {
    if (this.unreachable) this.notBeforeMs = 0;
    this.flush();
  }

  /** The page may be gone in a moment. What is not answered stays stored and keeps its messageId. */
  leave(): void {
    this.queue.keepWithdrawals();
    if (Date.now() >= this.notBeforeMs) void this.send();
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const restMs = this.notBeforeMs - Date.now();
    if (restMs > 0) this.wait(restMs);
    else if (!this.flying.size) void this.send();
  }

  private wait(ms: number): void {
    this.timer ??= window.setTimeout(() => this.flush(), ms);
  }

  private async send(): Promise<void> {
    const batch = this.queue.take(this.granted(), this.flying);
    if (!batch.length) return;
    const keys = batch.map(([key]) => key);
    for (const key of keys) this.flying.add(key);
    const answer = await this.post(batch);
    for (const key of keys) this.flying.delete(key);
    await this.settle(keys, answer);
  }

  /** A string body makes a "simple" request: text/plain, no preflight. The key travels in it. */
  private async post(batch: readonly Entry[]): Promise<Response | undefined> {
    const events = batch.map(([, text]) => text).join();
    const sentAt = new Date().toISOString();
    const body = `{"batch":[${events}],"sentAt":"${sentAt}","writeKey":${JSON.stringify(this.options.writeKey)}}`;
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
    try {
      return await fetch(this.options.url, { method: "POST", body, keepalive: true, credentials: "omit", signal: abort.signal });
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  private async settle(keys: readonly string[], answer: Response | undefined): Promise<void> {
    this.unreachable = !answer;
    if (!answer || isTemporary(answer.status)) {
      this.postpone(answer?.headers.get("Retry-After") ?? null);
      return;
    }
    this.failures = 0;
    this.queue.remove(keys);
    if (!answer.ok) warn(`${keys.length} event(s) dropped: ${await reason(answer)}`);
    this.nudge();
  }

  private postpone(retryAfter: string | null): void {
    this.queue.keepWithdrawals();
    const nowMs = Date.now();
    const delayMs = retryDelayMs(++this.failures, retryAfter, nowMs, Math.random());
    this.notBeforeMs = nowMs + delayMs;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.wait(delayMs);
  }
}

/** Why the server refused: its problem document (RFC 9457) when there is one. */
async function reason(answer: Response): Promise<string> {
  const problem = await answer.json().catch(() => undefined);
  return [answer.status, problem?.code, problem?.detail ?? problem?.title].filter(Boolean).join(" ");
}
