import { timeZone } from "@/lib/format";

const MINUTE = 60_000;

/** How far the clock of a zone is ahead of UTC at a moment, in milliseconds. */
function ahead(at: Date, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  }).formatToParts(at);
  const value = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const shown = Date.UTC(value("year"), value("month") - 1, value("day"), value("hour"), value("minute"));
  return shown - Math.floor(at.getTime() / MINUTE) * MINUTE;
}

/** A moment as a field for date and time shows it, by the clock of the workspace; "" for none. */
export function localOf(moment: string | null, zone = timeZone()): string {
  if (!moment) return "";
  const at = new Date(moment);
  return new Date(at.getTime() + ahead(at, zone)).toISOString().slice(0, 16);
}

/** What stands in a field for date and time, as a moment; null for none. */
export function momentOf(local: string, zone = timeZone()): string | null {
  if (!local) return null;
  const guess = new Date(`${local}Z`);
  // Asked twice: the first answer may lie on the other side of a change of clocks.
  const first = new Date(guess.getTime() - ahead(guess, zone));
  return new Date(guess.getTime() - ahead(first, zone)).toISOString();
}
