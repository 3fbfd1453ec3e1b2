import { Mark } from "@/components/mark";
import { Panel } from "@/components/page";
import { useCoupons } from "@/features/people/people";
import styles from "@/features/people/profile-page.module.css";
import { useWords } from "@/features/people/words";
import { useFormat } from "@/lib/format";

const REDEEMED = ["coupon_redeemed", "Coupon Redeemed"];
const EVENTS = ["coupon_issued", ...REDEEMED];

/** Coupons that a person was given, and those that were redeemed, the newest first. */
export function Coupons({ of }: { of: string }) {
  const w = useWords();
  const format = useFormat();
  const found = useCoupons(of, EVENTS).data ?? [];
  if (found.length === 0) return null;
  return (
    <Panel title={w("coupons")}>
      <dl className={styles["traits"]}>
        {found.map((one) => {
          const redeemed = REDEEMED.includes(one.event);
          const { pool, coupon, code } = one.properties;
          return (
            <div key={one.message_id} className={styles["trait"]}>
              <dt>
                <Mark tone={redeemed ? "good" : "plain"}>{w(redeemed ? "couponRedeemed" : "couponIssued")}</Mark>
              </dt>
              <dd data-data>
                {[pool, coupon, code].filter((name) => typeof name === "string").join(" · ")}
                <span className={styles["from"]}>{format.moment(one.at)}</span>
              </dd>
            </div>
          );
        })}
      </dl>
    </Panel>
  );
}
