/** Durations as journeys write them (ISO 8601: weeks, or days, hours, minutes), and as people choose them. */
export const UNITS = ["minute", "hour", "day", "week"] as const;
export type Unit = (typeof UNITS)[number];

const MINUTES: Record<Unit, number> = { minute: 1, hour: 60, day: 1_440, week: 10_080 };
const WEEKS = /^P(\d+)W$/;
const PARTS = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/;

/** Return a duration in minutes; null if it is none, or has seconds. */
export function minutesOf(text: string): number | null {
  const weeks = WEEKS.exec(text);
  if (weeks) return Number(weeks[1]) * MINUTES.week;
  const parts = PARTS.exec(text);
  if (!parts || text === "P" || text.endsWith("T")) return null;
  const [days = 0, hours = 0, minutes = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return days * MINUTES.day + hours * MINUTES.hour + minutes;
}

/** Return a duration in the largest unit in which it is a whole number. A day stays a day: seven days are no week here. */
export function spanOf(text: string): { count: number; unit: Unit } | null {
  const weeks = WEEKS.exec(text);
  if (weeks) return { count: Number(weeks[1]), unit: "week" };
  const minutes = minutesOf(text);
  if (minutes === null) return null;
  for (const unit of ["day", "hour"] as const)
    if (minutes > 0 && minutes % MINUTES[unit] === 0) return { count: minutes / MINUTES[unit], unit };
  return { count: minutes, unit: "minute" };
}

export function written(count: number, unit: Unit): string {
  return { minute: `PT${count}M`, hour: `PT${count}H`, day: `P${count}D`, week: `P${count}W` }[unit];
}
