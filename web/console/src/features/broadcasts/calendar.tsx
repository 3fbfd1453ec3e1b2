import { ActionIcon, Button } from "@mantine/core";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { Panel } from "@/components/page";
import { type BroadcastLine, momentOf } from "@/features/broadcasts/broadcasts";
import styles from "@/features/broadcasts/broadcasts.module.css";
import { shifted, weeksOf } from "@/features/broadcasts/month";
import { useCodes, useWords } from "@/features/broadcasts/words";
import { present } from "@/lib/format";
import { useLanguage } from "@/lib/language";
import { localOf } from "@/lib/moments";

/** What goes out on which day, by the clock of the workspace. */
export function Calendar({ of }: { of: readonly BroadcastLine[] }) {
  const w = useWords();
  const language = useLanguage();
  const today = localOf(present().toISOString()).slice(0, 10);
  const [month, setMonth] = useState(today.slice(0, 7));
  const weeks = weeksOf(month);
  const days = new Map<string, BroadcastLine[]>();
  for (const one of [...of].sort((a, b) => momentOf(a).localeCompare(momentOf(b)))) {
    const date = localOf(momentOf(one)).slice(0, 10);
    days.set(date, [...(days.get(date) ?? []), one]);
  }
  const title = new Intl.DateTimeFormat(language, { year: "numeric", month: "long", timeZone: "UTC" }).format(new Date(`${month}-01`));
  const weekday = new Intl.DateTimeFormat(language, { weekday: "short", timeZone: "UTC" });
  return (
    <Panel
      title={title}
      aside={
        <div className={styles["turn"]}>
          <ActionIcon variant="default" aria-label={w("earlier")} onClick={() => setMonth(shifted(month, -1))}>
            <ChevronLeft size={16} aria-hidden />
          </ActionIcon>
          <Button variant="default" size="compact-sm" onClick={() => setMonth(today.slice(0, 7))}>
            {w("today")}
          </Button>
          <ActionIcon variant="default" aria-label={w("later")} onClick={() => setMonth(shifted(month, 1))}>
            <ChevronRight size={16} aria-hidden />
          </ActionIcon>
        </div>
      }
    >
      <table className={styles["calendar"]}>
        <thead>
          <tr>
            {(weeks[0] ?? []).map(({ date }) => (
              <th key={date} scope="col">
                {weekday.format(new Date(date))}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeks.map((week) => (
            <tr key={week[0]?.date}>
              {week.map(({ date, inMonth }) => (
                <td key={date} className={inMonth ? "" : styles["outside"]} aria-current={date === today ? "date" : undefined}>
                  <time dateTime={date} className={styles["day"]}>
                    {Number(date.slice(8))}
                  </time>
                  {(days.get(date) ?? []).map((one) => (
                    <Entry key={one.key} one={one} />
                  ))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function Entry({ one }: { one: BroadcastLine }) {
  const code = useCodes();
  return (
    <Link to={`/broadcasts/${one.key}`} className={`${styles["entry"]} ${styles[one.state] ?? ""}`} title={code("state", one.state)}>
      <span className={styles["clock"]}>{localOf(momentOf(one)).slice(11)}</span> <span data-data>{one.name}</span>
    </Link>
  );
}
