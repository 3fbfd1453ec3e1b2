import type { ReactNode } from "react";
import { Bubbles } from "@/components/message/bubbles";
import { DraftOf } from "@/components/message/draft";
import type { Faults } from "@/components/message/faults";
import styles from "@/components/message/message.module.css";
import { Preview } from "@/components/message/preview";
import { QuickReplies } from "@/components/message/quick";
import type { Json } from "@/components/message/tree";
import { Failed } from "@/components/states";

interface Props {
  messages: Json[];
  change: (messages: Json[]) => void;
  faults: Faults;
  /** Whether what was not typed yet is a fault by now. */
  strict: boolean;
  /** What stands over the bubbles. */
  head?: ReactNode;
  /** What stands under the phone. */
  beside?: ReactNode;
  foot?: ReactNode;
}

/** Where messages are written: the bubbles on the left, on the right what a person sees of them. */
export function Editor({ messages, change, faults, strict, head, beside, foot }: Props) {
  return (
    <DraftOf messages={messages} change={change} flaws={faults.at} strict={strict}>
      <div className={styles["columns"]}>
        <div className={styles["left"]}>
          {head}
          <Bubbles messages={messages} flaws={faults.flaws} strict={strict} change={change} />
          {messages.length ? <QuickReplies last={messages.length - 1} /> : null}
          {faults.error ? <Failed error={faults.error} retry={faults.retry} small /> : null}
          {foot}
        </div>
        <div className={styles["right"]}>
          <Preview messages={messages} />
          {beside}
        </div>
      </div>
    </DraftOf>
  );
}
