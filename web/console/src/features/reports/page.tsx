import { useJoinFunnel } from "@/api/funnel";
import { useMay } from "@/api/me";
import { PageOfAccount } from "@/components/of-account";
import { Cohorts } from "@/features/reports/cohorts";
import { Dormant } from "@/features/reports/dormant";
import { JoinSources, Whole } from "@/features/reports/joins";
import { Origins } from "@/features/reports/origins";
import styles from "@/features/reports/reports.module.css";
import { Savings } from "@/features/reports/savings";
import { useWords } from "@/features/reports/words";

export function ReportsPage() {
  const w = useWords();
  return (
    <PageOfAccount title={w("title")} lead={w("lead")}>
      {(account) => <Reports account={account} />}
    </PageOfAccount>
  );
}

function Reports({ account }: { account: string }) {
  const cost = useMay()("cost.read");
  const funnel = useJoinFunnel(account);
  return (
    <div className={styles["stack"]}>
      <Whole funnel={funnel} />
      {cost ? (
        <div className={styles["two"]}>
          <Savings account={account} />
          <Dormant account={account} />
        </div>
      ) : null}
      <Origins account={account} cost={cost} />
      <Cohorts />
      <JoinSources funnel={funnel} />
    </div>
  );
}
