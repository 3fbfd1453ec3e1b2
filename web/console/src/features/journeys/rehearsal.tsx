import { Button, Drawer, SegmentedControl } from "@mantine/core";
import { FlaskConical } from "lucide-react";
import { useState } from "react";
import { AsOf, Figure } from "@/components/figure";
import { Failed, Waiting } from "@/components/states";
import { useWords as useShared } from "@/components/words";
import { useReasons } from "@/components/reasons";
import { type Definition, stepOf } from "@/features/journeys/definition";
import { type Rehearsed, useRehearse } from "@/features/journeys/journeys";
import styles from "@/features/journeys/rehearsal.module.css";
import { useCodes, useWords } from "@/features/journeys/words";
import { useFormat } from "@/lib/format";

interface RehearsalProps {
  opened: boolean;
  close: () => void;
  definition: Definition;
  ready: boolean;
  done: (found: Rehearsed, days: number) => void;
  tried: Rehearsed | null;
}

/** Try the journey on days that are past: who would have come in, what would have been sent, at what cost. */
export function Rehearsal({ opened, close, definition, ready, done, tried }: RehearsalProps) {
  const w = useWords();
  const shared = useShared();
  const rehearse = useRehearse();
  const [days, setDays] = useState("30");
  return (
    <Drawer opened={opened} onClose={close} size={480} title={w("rehearseTitle")} closeButtonProps={{ "aria-label": shared("close") }}>
      <p className={styles["why"]}>{w("rehearseWhy")}</p>
      <div className={styles["ask"]}>
        <SegmentedControl
          size="xs"
          aria-label={w("rehearseDays")}
          value={days}
          onChange={setDays}
          data={(["7", "30", "90"] as const).map((value) => ({ value, label: w(`days.${value}`) }))}
        />
        <Button
          leftSection={<FlaskConical size={15} aria-hidden />}
          disabled={!ready}
          loading={rehearse.isPending}
          onClick={() =>
            rehearse.mutate({ definition, days: Number(days) }, { onSuccess: (found) => done(found, Number(days)) })
          }
        >
          {w("rehearseStart")}
        </Button>
      </div>
      {ready ? null : <p className={styles["why"]}>{w("rehearseNotReady")}</p>}
      {rehearse.isPending ? (
        <Waiting rows={4} height={56} />
      ) : rehearse.error ? (
        <Failed error={rehearse.error} small />
      ) : tried ? (
        <Found tried={tried} definition={definition} />
      ) : null}
    </Drawer>
  );
}

function Found({ tried, definition }: { tried: Rehearsed; definition: Definition }) {
  const w = useWords();
  const code = useCodes();
  const reason = useReasons();
  const format = useFormat();
  const messages = Object.values(tried.messages).reduce((sum, count) => sum + count, 0);
  const kind = (id: string) => code("kind", stepOf(definition, id)?.kind ?? id);
  return (
    <div className={styles["found"]}>
      <div className={styles["figures"]}>
        <Figure label={w("wouldEnter")} value={w("timesCount", { count: tried.entered })} definition={w("wouldEnterWhy")} />
        <Figure label={w("wouldSend")} value={w("messagesCount", { count: messages })} />
        {tried.cost.map((cost) => (
          <Figure
            key={cost.account}
            label={w("wouldCost")}
            value={format.money(cost.money, cost.currency)}
            definition={w("wouldCostWhy")}
            note={w("monthEnd", { money: format.money(cost.month_money, cost.currency) })}
          />
        ))}
      </div>
      {tried.entered === 0 ? <p className={styles["why"]}>{w("nobody")}</p> : null}
      {tried.complete ? null : <p className={styles["why"]}>{w("incomplete", { count: tried.people })}</p>}
      <Lines
        title={w("wouldConvert")}
        lines={Object.entries(tried.goals).map(([arm, { people, goals }]) => ({
          name: code("arm", arm),
          value: w("armRate", { goals, people, rate: people ? format.percent(goals / people) : "–" }),
        }))}
      />
      <Lines
        title={w("wouldSend")}
        lines={Object.entries(tried.messages).map(([id, count]) => ({ name: `${kind(id)} · ${id}`, value: w("messagesCount", { count }) }))}
      />
      <Lines
        title={w("notSent")}
        lines={tried.suppressed.map((one) => ({ name: reason(one.reason), value: w("messagesCount", { count: one.messages }) }))}
      />
      <Lines
        title={w("refusedEntry")}
        lines={Object.entries(tried.refused).map(([why, count]) => ({ name: reason(why), value: w("timesCount", { count }) }))}
      />
      <p className={styles["why"]}>
        {w("range", { since: format.moment(tried.since), until: format.moment(tried.until) })} · <AsOf at={tried.as_of} />
      </p>
    </div>
  );
}

function Lines({ title, lines }: { title: string; lines: { name: string; value: string }[] }) {
  if (lines.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <ul>
        {lines.map(({ name, value }) => (
          <li key={name}>
            <span data-data>{name}</span>
            <strong>{value}</strong>
          </li>
        ))}
      </ul>
    </section>
  );
}
