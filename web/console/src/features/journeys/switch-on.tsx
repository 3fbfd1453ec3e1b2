import { Button, Modal, Radio } from "@mantine/core";
import { useState } from "react";
import { useWords as useShared } from "@/components/words";
import styles from "@/features/journeys/form.module.css";
import type { Rehearsed } from "@/features/journeys/journeys";
import { useWords } from "@/features/journeys/words";
import { useFormat } from "@/lib/format";

interface SwitchOnProps {
  name: string;
  tried: { found: Rehearsed; days: number } | null;
  /** People on the way of an older version. */
  running: number;
  busy: boolean;
  close: () => void;
  go: (running: "finish" | "move") => void;
}

/** What switching on means, in messages and money, before it is done. */
export function SwitchOn({ name, tried, running, busy, close, go }: SwitchOnProps) {
  const w = useWords();
  const shared = useShared();
  const format = useFormat();
  const [way, setWay] = useState<"finish" | "move">("finish");
  const messages = tried ? Object.values(tried.found.messages).reduce((sum, count) => sum + count, 0) : 0;
  const money = tried?.found.cost.map((cost) => format.money(cost.money, cost.currency)).join(" + ") || format.money(0);
  return (
    <Modal opened onClose={close} title={w("confirmOn")} closeButtonProps={{ "aria-label": shared("close") }}>
      <div className={styles["stack"]}>
        <p className={styles["plain"]}>{w("confirmOnWhy", { name })}</p>
        <p className={styles["plain"]}>
          {tried ? w("confirmOnCost", { days: tried.days, count: messages, money }) : w("confirmOnNoCost")}
        </p>
        {running > 0 ? (
          <Radio.Group label={w("runningPeople", { count: running })} value={way} onChange={(next) => setWay(next === "move" ? "move" : "finish")}>
            <div className={styles["options"]}>
              <Radio value="finish" label={w("move.finish")} />
              <Radio value="move" label={w("move.move")} />
            </div>
          </Radio.Group>
        ) : null}
        <div className={styles["buttons"]}>
          <Button variant="default" onClick={close}>
            {shared("cancel")}
          </Button>
          <Button loading={busy} onClick={() => go(way)}>
            {w("switchOn")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
