import { Button, Modal } from "@mantine/core";
import { Failed } from "@/components/states";
import { useWords as useShared } from "@/components/words";
import { type Act, type Broadcast, useAct } from "@/features/broadcasts/broadcasts";
import styles from "@/features/broadcasts/broadcasts.module.css";
import { useWords } from "@/features/broadcasts/words";

const WORDS = {
  start: "sendNow",
  approve: "approve",
  confirm: "sendAnyway",
  cancel: "cancel",
  stop: "stop",
  resume: "resume",
} as const;

/** What an act does, before it is done. */
export function Confirm({ of, act, close }: { of: Broadcast; act: Act; close: () => void }) {
  const w = useWords();
  const shared = useShared();
  const change = useAct(of.key);
  return (
    <Modal opened onClose={close} title={w(`ask.${act}`, { name: of.name })} closeButtonProps={{ "aria-label": shared("close") }}>
      <p className={styles["words"]}>{w(`ask.${act}.why`, { count: of.frozen ?? 0, left: of.progress.left, done: of.progress.done })}</p>
      {change.error ? <Failed error={change.error} small /> : null}
      <div className={styles["buttons"]}>
        <Button variant="default" onClick={close}>
          {shared("close")}
        </Button>
        <Button
          color={act === "stop" || act === "cancel" ? "red" : "indigo"}
          loading={change.isPending}
          onClick={() => change.mutate(act, { onSuccess: close })}
        >
          {w(WORDS[act])}
        </Button>
      </div>
    </Modal>
  );
}
