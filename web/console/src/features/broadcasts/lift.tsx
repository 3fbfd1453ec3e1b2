import { Definition } from "@/components/figure";
import { Mark } from "@/components/mark";
import styles from "@/features/broadcasts/broadcasts.module.css";
import type { Against } from "@/features/broadcasts/results";
import { useWords } from "@/features/broadcasts/words";
import { useFormat } from "@/lib/format";

/** What it brought beyond what those whom chance held out bought anyway. */
export function Lift({ of, currency }: { of: Against | null; currency: string }) {
  const w = useWords();
  const format = useFormat();
  const points = (share: number) => `${share > 0 ? "+" : ""}${format.percent(share)}`;
  const rate = of?.lift.rate;
  const revenue = of?.lift.revenue;
  const bought = (name: string) => {
    const group = of?.groups[name];
    return group?.people ? format.percent(group.converted / group.people) : "–";
  };
  return (
    <section>
      <h3 className={styles["small"]}>
        {w("lift")} <Definition what={w("lift")}>{w("lift.what", { count: of?.window_days ?? 7 })}</Definition>
      </h3>
      {of ? (
        <>
          {rate ? (
            <p className={styles["words"]}>
              <Mark tone={rate.certain ? (rate.estimate > 0 ? "good" : "bad") : "plain"}>{points(rate.estimate)}</Mark>{" "}
              {w(rate.certain ? "liftCertain" : "liftUncertain", { low: points(rate.low), high: points(rate.high) })}
              {revenue ? ` ${w("liftMoney", { money: format.money(revenue.estimate, currency) })}` : ""}
            </p>
          ) : (
            <p className={styles["note"]}>{w("liftFew")}</p>
          )}
          <p className={styles["note"]}>
            {w("liftGroups", { told: bought("treated"), held: bought("held_out"), count: of.groups["held_out"]?.people ?? 0 })}
            {of.complete ? "" : ` ${w("liftOpen", { count: of.window_days })}`}
          </p>
        </>
      ) : (
        <p className={styles["note"]}>{w("liftNone")}</p>
      )}
    </section>
  );
}
