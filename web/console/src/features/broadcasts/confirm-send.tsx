import { Button, Modal } from "@mantine/core";
import { useSegmentNames } from "@/api/segments";
import { useWords as useShared } from "@/components/words";
import type { Previewed } from "@/features/broadcasts/broadcasts";
import styles from "@/features/broadcasts/broadcasts.module.css";
import type { Draft } from "@/features/broadcasts/draft";
import { useWords } from "@/features/broadcasts/words";
import { useFormat } from "@/lib/format";

interface Props {
  draft: Draft;
  reach: Previewed;
  act: string;
  close: () => void;
  go: () => void;
}

/** The last look: to whom, when, for how much. What has left cannot be taken back. */
export function ConfirmSend({ draft, reach, act, close, go }: Props) {
  const w = useWords();
  const shared = useShared();
  const format = useFormat();
  const names = useSegmentNames();
  const at = draft.at.replaceAll("-", "/").replace("T", " ");
  const rows = [
    { word: "to", value: draft.segment ? (names[draft.segment] ?? draft.segment) : w("everyFriend"), data: draft.segment !== "" },
    { word: "messagesOf", value: w("peopleCount", { count: reach.messages }), data: false },
    { word: "cost", value: format.money(reach.cost.money, reach.cost.currency), data: false },
    { word: "goesOut", value: draft.when === "now" ? w("atOnce") : draft.when === "at" ? at : w("onOwnClock", { at }), data: false },
  ] as const;
  return (
    <Modal opened onClose={close} title={w("confirmTitle", { name: draft.name })} closeButtonProps={{ "aria-label": shared("close") }}>
      <dl className={styles["facts"]}>
        {rows.map(({ word, value, data }) => (
          <div key={word}>
            <dt>{w(word)}</dt>
            <dd data-data={data ? true : undefined}>{value}</dd>
          </div>
        ))}
      </dl>
      <p className={styles["note"]}>{w(reach.needs_approval ? "confirmApproval" : "confirmWhy")}</p>
      <div className={styles["buttons"]}>
        <Button variant="default" onClick={close}>
          {shared("cancel")}
        </Button>
        <Button onClick={go}>{act}</Button>
      </div>
    </Modal>
  );
}
