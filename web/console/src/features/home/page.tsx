import { AsOf, Figure } from "@/components/figure";
import { Page, Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import styles from "@/features/home/page.module.css";
import { type Report, useReport } from "@/features/home/report";
import { useWords } from "@/features/home/words";
import { useFormat } from "@/lib/format";

export function HomePage() {
  const w = useWords();
  const report = useReport();
  return (
    <Page title={w("title")} lead={w("lead")}>
      {report.data ? (
        <Figures report={report.data} />
      ) : report.error ? (
        <Failed error={report.error} retry={() => void report.refetch()} />
      ) : (
        <Waiting rows={3} height={96} />
      )}
    </Page>
  );
}

function Figures({ report }: { report: Report }) {
  const w = useWords();
  const format = useFormat();
  const { cost } = report;
  return (
    <div className={styles["grid"]}>
      <Panel title={w("audience")} aside={<AsOf at={report.as_of} />}>
        <div className={styles["figures"]}>
          <Figure label={w("profiles")} value={format.number(report.profiles)} definition={w("profiles.what")} />
          <Figure label={w("friends")} value={format.number(report.friends)} definition={w("friends.what")} />
          <Figure
            label={w("bound")}
            value={format.number(report.bound)}
            definition={w("bound.what")}
            note={report.binding_rate === null ? null : w("bindingRate", { rate: format.percent(report.binding_rate) })}
          />
        </div>
      </Panel>
      <div className={styles["two"]}>
        <Panel title={w("messages")} aside={<AsOf at={report.as_of} />}>
          <div className={styles["figures"]}>
            <Figure label={w("billed")} value={format.number(report.messages_billed)} definition={w("billed.what")} />
            <Figure
              label={w("cost")}
              value={cost ? format.money(cost.total, cost.currency) : null}
              definition={w("cost.what")}
            />
          </div>
        </Panel>
        <Panel title={w("data")} aside={<AsOf at={report.as_of} />}>
          <div className={styles["figures"]}>
            <Figure label={w("events")} value={format.number(report.events)} definition={w("events.what")} />
            <Figure label={w("parked")} value={format.number(report.parked)} definition={w("parked.what")} />
          </div>
        </Panel>
      </div>
    </div>
  );
}
