import { Panel } from "@/components/page";
import { ActionOf } from "@/components/message/action";
import { QUICK } from "@/components/message/fields";
import { Items } from "@/components/message/items";
import { QUICK_MAX } from "@/components/message/kinds";
import styles from "@/components/message/message.module.css";
import type { Json } from "@/components/message/tree";
import { useWords } from "@/components/message/words";

const BLANK: Json = { type: "action", action: { type: "message", label: "", text: "" } };

/** Quick replies: chips below the last message, gone with the next one. LINE shows only those of the last. */
export function QuickReplies({ last }: { last: number }) {
  const w = useWords();
  return (
    <Panel title={w("quick")}>
      <p className={styles["note"]}>{w("quickWhy")}</p>
      <Items at={`/${last}/quickReply/items`} item="chip" least={0} most={QUICK_MAX} blank={BLANK}>
        {(here) => <ActionOf at={`${here}/action`} place={QUICK} required />}
      </Items>
    </Panel>
  );
}
