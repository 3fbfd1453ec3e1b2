import type { AccountMonth } from "@/api/quota";
import { Panel } from "@/components/page";
import styles from "@/features/home/page.module.css";
import { useWords } from "@/features/home/words";
import { useFormat } from "@/lib/format";

/** What each LINE account has used and has left this month, and what it costs so far. */
export function Months({ months }: { months: AccountMonth[] }) {
  const w = useWords();
  const format = useFormat();
  return (
    <Panel title={w("month")}>
      {months.length === 0 ? (
        <p className={styles["faint"]}>
          {w("noAccounts")}。{w("noAccountsWhy")}
        </p>
      ) : (
        <ul className={styles["lines"]}>
          {months.map((one) => {
            const share = one.included ? Math.min(1, one.used / one.included) : 0;
            return (
              <li key={one.account}>
                <span data-data>{one.name}</span>
                <strong>
                  {one.cost === null ? w("noPrice") : format.money(one.cost, one.currency ?? "TWD")}
                </strong>
                {one.included ? (
                  <div className={`${styles["meter"]} ${share > 0.9 ? styles["alarm"] : ""}`} aria-hidden>
                    <div style={{ width: `${100 * share}%` }} />
                  </div>
                ) : null}
                <span className={styles["faint"]}>
                  {one.included === null
                    ? w("used", { used: one.used })
                    : w("usedOf", { used: one.used, included: one.included })}
                </span>
                <span className={styles["faint"]}>
                  {one.left === null ? w("unlimited") : w("left", { left: one.left })}
                </span>
              </li>
            );
          })}
        </ul>
      )}
    </Panel>
  );
}
