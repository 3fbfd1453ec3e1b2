import { Button, Modal } from "@mantine/core";
import { Failed } from "@/components/states";
import { useWords as useShared } from "@/components/words";
import styles from "@/features/journeys/form.module.css";
import { type Journey, useSwitch } from "@/features/journeys/journeys";
import { useWords } from "@/features/journeys/words";

export type Change = "live" | "paused" | "draining" | "stopped";

const SAID = {
  live: { ask: "confirmOn", why: "confirmOnWhy", act: "resume" },
  paused: { ask: "confirmPause", why: "confirmPauseWhy", act: "pause" },
  draining: { ask: "confirmDrain", why: "confirmDrainWhy", act: "drain" },
  stopped: { ask: "confirmStop", why: "confirmStopWhy", act: "stop" },
} as const;

/** What a change of state does to those on the way, before it is done. */
export function Act({ journey, to, running, close }: { journey: Journey; to: Change; running: number; close: () => void }) {
  const w = useWords();
  const shared = useShared();
  const change = useSwitch(journey.key);
  const said = SAID[to];
  return (
    <Modal opened onClose={close} title={w(said.ask)} closeButtonProps={{ "aria-label": shared("close") }}>
      <div className={styles["stack"]}>
        <p className={styles["plain"]}>{w(said.why, { name: journey.name, count: running })}</p>
        {change.error ? <Failed error={change.error} small /> : null}
        <div className={styles["buttons"]}>
          <Button variant="default" onClick={close}>
            {shared("cancel")}
          </Button>
          <Button loading={change.isPending} onClick={() => change.mutate(to, { onSuccess: close })}>
            {w(said.act)}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
