/** A month as a calendar shows it, by the days of the workspace ("2026-11-26"). */
export interface Day {
  date: string;
  inMonth: boolean;
}

const DAY_MS = 86_400_000;

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** The weeks of a month ("2026-11"), from Monday to Sunday. */
export function weeksOf(month: string): Day[][] {
  const [year = 1970, number = 1] = month.split("-").map(Number);
  const first = Date.UTC(year, number - 1, 1);
  const last = Date.UTC(year, number, 0);
  const monday = first - ((new Date(first).getUTCDay() + 6) % 7) * DAY_MS;
  const weeks: Day[][] = [];
  for (let week = monday; week <= last; week += 7 * DAY_MS)
    weeks.push(
      Array.from({ length: 7 }, (_, at) => {
        const date = day(week + at * DAY_MS);
        return { date, inMonth: date.startsWith(month) };
      }),
    );
  return weeks;
}

/** The month some months before or after another. */
export function shifted(month: string, by: number): string {
  const [year = 1970, number = 1] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number - 1 + by, 1)).toISOString().slice(0, 7);
}
