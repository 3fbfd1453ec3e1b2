import { Select } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMay } from "@/api/me";
import { Panel } from "@/components/page";
import { Failed } from "@/components/states";
import { type Plan, useChoosePlan, usePlans } from "@/features/settings/money";
import { useWords } from "@/features/settings/money-words";
import styles from "@/features/settings/settings.module.css";
import type { Workspace } from "@/features/settings/workspace";
import { useFormat } from "@/lib/format";

const KNOWN = ["tw-light", "tw-medium", "tw-high", "jp-standard", "th-pro"] as const;

/** Which price plan each LINE account is on: every estimate and every forecast counts by it. */
export function Plans({ workspace }: { workspace: Workspace }) {
  const w = useWords();
  const format = useFormat();
  const may = useMay()("cost.write");
  const plans = usePlans(workspace.as_of.slice(0, 10));
  const choose = useChoosePlan();
  const named = (key: string, of?: Plan) => {
    const known = KNOWN.find((one) => one === key);
    return known && !of?.own ? w(`plan.${known}`) : (of?.name ?? key);
  };
  const found = (key: string) => plans.data?.find((one) => one.key === key);
  const priced = (plan: Plan) =>
    w("priced", {
      fee: format.money(plan.fee, plan.currency),
      included: format.number(plan.included),
    });
  return (
    <Panel title={w("plans")}>
      {workspace.accounts.length ? (
        <>
          <p className={styles["soft"]}>{w("plansWhy")}</p>
          {workspace.accounts.map(({ account, name, price_plan }) => {
            const plan = found(price_plan);
            return may ? (
              <Select
                key={account}
                mt="sm"
                maw={460}
                label={name}
                labelProps={{ "data-data": true }}
                description={plan ? priced(plan) : undefined}
                allowDeselect={false}
                data={(plans.data ?? []).map((one) => ({ value: one.key, label: named(one.key, one) }))}
                value={price_plan}
                onChange={(key) =>
                  key &&
                  choose.mutate({ account, plan: key }, { onSuccess: () => notifications.show({ message: w("saved") }) })
                }
              />
            ) : (
              <p key={account}>
                <span data-data>{name}</span>：{named(price_plan, plan)}
                {plan ? <span className={styles["soft"]}> {priced(plan)}</span> : null}
              </p>
            );
          })}
          {choose.error ? <Failed error={choose.error} small /> : null}
        </>
      ) : (
        <p className={styles["soft"]}>{w("plansNone")}</p>
      )}
    </Panel>
  );
}
