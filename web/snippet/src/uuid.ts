let latest = 0;
let count = 0;

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");

/**
 * A UUID version 7 (RFC 9562): sorted as text it is sorted by time, so queue keys need no other order.
 *
 * `crypto.randomUUID` would need https; shops on plain http exist.
 */
export function uuid(nowMs: number): string {
  count = nowMs > latest ? 0 : (count + 1) % 4096;
  latest = Math.max(latest, nowMs);
  const time = hex(latest, 12);
  const chance = crypto.getRandomValues(new Uint16Array(4));
  const [a = 0, ...rest] = chance;
  const tail = rest.map((part) => hex(part, 4)).join("");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(count, 3)}-${hex((a & 0x3fff) | 0x8000, 4)}-${tail}`;
}
