import { Select } from "@mantine/core";
import { useState } from "react";
import { useQuota } from "@/api/quota";
import { useSegments } from "@/api/segments";
import { Figure } from "@/components/figure";
import { Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import { useEstimate } from "@/features/messages/messages";
import styles from "@/components/message/message.module.css";
import { useWords } from "@/features/messages/words";
import { useFormat } from "@/lib/format";

/** What it would cost to send this: it is people that are counted, not bubbles. */
export function Cost() {
  const w = useWords();
  const format = useFormat();
  const accounts = useQuota().data?.accounts ?? [];
  const segments = useSegments().data?.segments ?? [];
  const [account, setAccount] = useState("");
  const [segment, setSegment] = useState("");
  const chosen = account || accounts[0]?.account || "";
  const found = useEstimate(chosen, segment);
  if (!chosen)
    return (
      <Panel title={w("cost")}>
        <p className={styles["note"]}>{w("noAccount")}</p>
      </Panel>
    );
  return (
    <Panel title={w("cost")}>
      <div className={styles["form"]}>
        {accounts.length > 1 ? (
          <Select
            label={w("account")}
            comboboxProps={{ keepMounted: false }}
            data={accounts.map((one) => ({ value: one.account, label: one.name }))}
            value={chosen}
            onChange={(key) => setAccount(key ?? "")}
          />
        ) : null}
        <Select
          label={w("to")}
          comboboxProps={{ keepMounted: false }}
          searchable
          data={[{ value: "", label: w("everyFriend") }, ...segments.map(({ key, name }) => ({ value: key, label: name }))]}
          value={segment}
          onChange={(key) => setSegment(key ?? "")}
          data-data
        />
        {found.data ? (
          <>
            <Figure label={w("reach")} value={format.number(found.data.audience.reachable)} definition={w("reach.what")} />
            <p className={found.data.fits ? styles["note"] : styles["flaw"]}>{found.data.sentence}</p>
            <p className={styles["note"]}>{w("oneMessage")}</p>
          </>
        ) : found.error ? (
          <Failed error={found.error} retry={() => void found.refetch()} small />
        ) : (
          <Waiting rows={2} />
        )}
      </div>
    </Panel>
  );
}
