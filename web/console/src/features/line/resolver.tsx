import { CircleCheck, CircleDashed } from "lucide-react";
import { useState } from "react";
import type { Person } from "@/api/people";
import { Panel } from "@/components/page";
import { PersonBox } from "@/components/person-box";
import { Failed, Waiting } from "@/components/states";
import styles from "@/features/line/line.module.css";
import { type Menu, useResolved } from "@/features/line/menus";
import { useCodes, useWords } from "@/features/line/words";

/** Which menu does this person see, and why: every menu with its verdict. */
export function Resolver({ account, menus }: { account: string; menus: Menu[] }) {
  const w = useWords();
  const code = useCodes();
  const [person, setPerson] = useState<Person | null>(null);
  const found = useResolved(account, person?.profile_id ?? "");
  const nameOf = (key: string) => menus.find((menu) => menu.key === key)?.name ?? key;
  return (
    <Panel title={w("resolver")}>
      <PersonBox label={w("resolver.who")} choose={setPerson} />
      {person ? (
        found.data ? (
          <div className={styles["resolved"]} role="status">
            <p className={styles["line"]}>
              <strong data-data>{person.name}</strong>：
              {found.data.sees ? (
                <span data-data>{w("resolver.sees", { name: nameOf(found.data.sees) })}</span>
              ) : (
                w("resolver.nothing")
              )}
            </p>
            {found.data.friend ? null : <p className={styles["soft"]}>{w("resolver.noFriend")}</p>}
            <ol className={styles["verdicts"]}>
              {found.data.menus.map((one) => (
                <li key={one.key} className={one.seen ? styles["is-ok"] : ""}>
                  {one.seen ? <CircleCheck size={16} aria-hidden /> : <CircleDashed size={16} aria-hidden />}
                  <div>
                    <span data-data>{nameOf(one.key)}</span>
                    <div className={styles["soft"]}>{code("why", one.why)}</div>
                  </div>
                </li>
              ))}
            </ol>
          </div>
        ) : found.error ? (
          <Failed error={found.error} retry={() => void found.refetch()} small />
        ) : (
          <Waiting rows={3} />
        )
      ) : (
        <p className={styles["soft"]}>{w("resolver.why")}</p>
      )}
    </Panel>
  );
}
