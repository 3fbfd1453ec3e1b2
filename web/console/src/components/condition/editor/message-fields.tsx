import { Select } from "@mantine/core";
import { useOriginNames } from "@/api/names";
import styles from "@/components/condition/editor/editor.module.css";
import { DEEDS, type MessageRow } from "@/components/condition/editor/draft";
import { WithinField } from "@/components/condition/editor/within-field";
import { useWords } from "@/components/condition/editor/words";

/** What became of a message: which broadcast or journey it came from, under the name people gave it. */
export function MessageFields({ row, change }: { row: MessageRow; change: (values: Partial<MessageRow>) => void }) {
  const w = useWords();
  const names = useOriginNames();
  const origins = row.origin && !(row.origin in names) ? { [row.origin]: row.origin, ...names } : names;
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
      <Select
        aria-label={w("message")}
        placeholder={w("chooseMessage")}
        searchable
        w={280}
        data={Object.entries(origins).map(([origin, name]) => ({ value: origin, label: name }))}
        value={row.origin || null}
        onChange={(origin) => change({ origin: origin ?? "" })}
        data-data
      />
    </div>
  );
}
