import { Select } from "@mantine/core";
import styles from "@/components/condition/editor/editor.module.css";
import { DEEDS, type MessageRow } from "@/components/condition/editor/draft";
import { OriginSelect } from "@/components/condition/editor/origin-select";
import { WithinField } from "@/components/condition/editor/within-field";
import { useWords } from "@/components/condition/editor/words";

/** What became of a message, and over how long. */
export function MessageFields({ row, change }: { row: MessageRow; change: (values: Partial<MessageRow>) => void }) {
  const w = useWords();
  const deeds = DEEDS.some((did) => did === row.did) ? DEEDS : ([...DEEDS, "opened"] as const);
  return (
    <div className={styles["fields"]}>
      <WithinField days={row.days} change={(days) => change({ days })} />
      <Select
        aria-label={w("deed")}
        w={124}
        data={deeds.map((did) => ({ value: did, label: w(`deed.${did}`) }))}
        value={row.did}
        onChange={(did) => change({ did: did ?? "clicked" })}
      />
      <OriginSelect
        label={w("message")}
        placeholder={w("chooseMessage")}
        w={280}
        origin={row.origin}
        change={(origin) => change({ origin })}
      />
    </div>
  );
}
