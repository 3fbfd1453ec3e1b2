import { Mark, type Tone } from "@/components/mark";
import { Panel } from "@/components/page";
import type { SourceFreshness } from "@/features/home/home";
import styles from "@/features/home/page.module.css";
import { useCodes, useWords } from "@/features/home/words";
import { useFormat } from "@/lib/format";

const TONES: Record<string, Tone> = { fresh: "good", silent: "warn", unreadable: "bad" };

/** How fresh each source is: every number on the page is only as good as the slowest of them. */
export function Sources({ sources }: { sources: SourceFreshness[] }) {
  const w = useWords();
  const code = useCodes();
  const format = useFormat();
  return (
    <Panel title={w("sources")}>
      {sources.length === 0 ? (
        <p className={styles["faint"]}>{w("noSources")}</p>
      ) : (
        <ul className={styles["lines"]}>
          {sources.map((one) => (
            <li key={one.key}>
              <span data-data>{one.name}</span>
              <span className={styles["right"]}>
                <span className={styles["faint"]}>
                  {[
                    one.last_event_at ? w("lastEvent", { when: format.ago(one.last_event_at) }) : "",
                    one.events_today ? w("today", { count: one.events_today }) : "",
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </span>
                <Mark tone={TONES[one.state] ?? "plain"}>{code("state", one.state)}</Mark>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
