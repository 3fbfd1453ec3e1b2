import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useFilled } from "@/api/messages";
import { useAccountNames } from "@/api/names";
import { Phone } from "@/components/message/phone";
import { Panel } from "@/components/page";
import type { Definition } from "@/features/broadcasts/broadcasts";
import styles from "@/features/broadcasts/broadcasts.module.css";
import { useWords } from "@/features/broadcasts/words";

/** What it says, as on a phone. */
export function Said({ of, account }: { of: Definition["variants"]; account: string }) {
  const w = useWords();
  const accounts = useAccountNames();
  const [name, setName] = useState("");
  const chosen = of.find((one) => one.name === name) ?? of[0];
  const messages = chosen?.messages ?? [];
  const filled = useFilled(messages, "");
  return (
    <Panel title={w("says")}>
      <div className={styles["stack"]}>
        {of.length > 1 ? (
          <SegmentedControl
            size="xs"
            aria-label={w("variants")}
            data={of.map((one) => ({ value: one.name, label: w("variant", { name: one.name }) }))}
            value={chosen?.name ?? ""}
            onChange={setName}
          />
        ) : null}
        <Phone messages={filled.data?.messages ?? messages} notification="" sender={accounts[account] ?? account} locked={false} />
      </div>
    </Panel>
  );
}
