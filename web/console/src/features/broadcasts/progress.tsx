import { Alert, Progress as Bar } from "@mantine/core";
import { AsOf, Figure } from "@/components/figure";
import { Panel } from "@/components/page";
import type { Broadcast } from "@/features/broadcasts/broadcasts";
import styles from "@/features/broadcasts/broadcasts.module.css";
import { useWords } from "@/features/broadcasts/words";
import { useFormat } from "@/lib/format";

/** How far it has come, how fast it goes, and when it will be done. */
export function Progress({ of }: { of: Broadcast }) {
  const w = useWords();
  const format = useFormat();
  const { recipients, done, left, per_minute: pace, done_at: until, slow } = of.progress;
  const all = done + left;
  const share = all ? done / all : 0;
  const going = left > 0 && (of.state === "planning" || of.state === "planned");
  return (
    <Panel title={w("progress")} aside={<AsOf at={of.as_of} />}>
      <Bar value={share * 100} aria-label={w("progress")} size={8} radius={8} color={of.state === "stopped" ? "red" : "indigo"} mb={14} />
      <div className={styles["figures"]}>
        <Figure label={w("recipients")} definition={w("recipients.what")} value={recipients === null ? null : format.number(recipients)} />
        <Figure label={w("handled")} definition={w("handled.what")} value={format.number(done)} note={format.percent(share)} />
        <Figure label={w("left")} definition={w("left.what")} value={format.number(left)} />
        {going ? <Figure label={w("perMinute")} definition={w("perMinute.what")} value={format.number(pace)} /> : null}
        {going && until ? <Figure label={w("doneAt")} definition={w("doneAt.what")} value={format.time(until)} /> : null}
      </div>
      {slow ? (
        <Alert color="yellow" mt={12} title={w("slow")}>
          {w("slowWhy")}
        </Alert>
      ) : null}
    </Panel>
  );
}
