import { Button, Modal, Select } from "@mantine/core";
import { useState } from "react";
import type { Person } from "@/api/people";
import { useQuota } from "@/api/quota";
import { useReasons } from "@/components/reasons";
import { Failed } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import { useTest } from "@/features/messages/messages";
import styles from "@/components/message/message.module.css";
import { PeopleBox } from "@/components/people-box";
import { useWords } from "@/features/messages/words";

const TESTERS_MAX = 10;

/** Send what was saved to a few people now. The rules that hold for every message hold for this one too. */
export function TestSend({ messageKey, close }: { messageKey: string; close: () => void }) {
  const w = useWords();
  const reason = useReasons();
  const common = useCommon();
  const accounts = useQuota().data?.accounts ?? [];
  const [account, setAccount] = useState("");
  const [people, setPeople] = useState<Person[]>([]);
  const test = useTest();
  const chosen = account || accounts[0]?.account || "";
  const nameOf = (id: string) => people.find((one) => one.profile_id === id)?.name ?? id.slice(0, 8);
  return (
    <Modal opened onClose={close} title={w("test")} closeButtonProps={{ "aria-label": common("close") }}>
      <div className={styles["form"]}>
        <p className={styles["note"]}>{w("testWhy")}</p>
        <Select
          label={w("account")}
          comboboxProps={{ keepMounted: false }}
          data={accounts.map((one) => ({ value: one.account, label: one.name }))}
          value={chosen}
          onChange={(key) => setAccount(key ?? "")}
          data-data
        />
        <PeopleBox label={w("testers")} people={people} change={setPeople} max={TESTERS_MAX} />
        {test.data ? (
          <ul className={styles["plain"]} role="status">
            {test.data.sends.map((send) => (
              <li key={send.send_id}>
                <span data-data>{nameOf(send.profile_id)}</span>：
                {send.state === "suppressed" ? w("notSent", { why: reason(send.reason) }) : w("onItsWay")}
              </li>
            ))}
          </ul>
        ) : null}
        {test.error ? <Failed error={test.error} small /> : null}
        <Button
          disabled={!people.length || !chosen}
          loading={test.isPending}
          onClick={() => test.mutate({ key: messageKey, account: chosen, people: people.map(({ profile_id }) => profile_id) })}
        >
          {w("testNow")}
        </Button>
      </div>
    </Modal>
  );
}
