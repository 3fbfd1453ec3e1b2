import { Button, Select, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useQuota } from "@/api/quota";
import { Phone } from "@/components/message/phone";
import { Panel } from "@/components/page";
import { Failed } from "@/components/states";
import styles from "@/features/line/line.module.css";
import { type Reply, useTry } from "@/features/line/replies";
import { useWords } from "@/features/line/words";

/** What would be answered: somebody writes, becomes a friend or comes back; nothing is sent. */
export function Try({ replies }: { replies: Reply[] }) {
  const w = useWords();
  const accounts = useQuota().data?.accounts ?? [];
  const [kind, setKind] = useState("message");
  const [text, setText] = useState("");
  const attempt = useTry();
  const nameOf = (key: string) => {
    const rule = replies.find((one) => one.key === key)?.rule;
    return typeof rule?.["name"] === "string" && rule["name"] ? rule["name"] : key;
  };

  function submit(event: FormEvent) {
    event.preventDefault();
    const account = accounts[0]?.account ?? "";
    attempt.mutate(kind === "message" ? { kind, text, account } : { kind: "follow", returning: kind === "returning", account });
  }

  return (
    <Panel title={w("try")}>
      <form className={styles["stack"]} onSubmit={submit}>
        <Select
          label={w("try.what")}
          comboboxProps={{ keepMounted: false }}
          data={[
            { value: "message", label: w("try.message") },
            { value: "follow", label: w("on.follow") },
            { value: "returning", label: w("on.returning") },
          ]}
          value={kind}
          onChange={(one) => setKind(one ?? "message")}
        />
        {kind === "message" ? <TextInput label={w("try.text")} value={text} onChange={(event) => setText(event.currentTarget.value)} /> : null}
        <Button type="submit" variant="default" loading={attempt.isPending}>
          {w("try.ask")}
        </Button>
        {attempt.error ? <Failed error={attempt.error} small /> : null}
        {attempt.data ? (
          <div role="status" className={styles["stack"]}>
            <p className={styles["line"]}>
              {attempt.data.answered_by.length ? (
                <>
                  {w("try.by")} <strong data-data>{attempt.data.answered_by.map(nameOf).join("、")}</strong>
                </>
              ) : (
                w("try.nobody")
              )}
            </p>
            {attempt.data.messages.length ? <Phone messages={attempt.data.messages} notification="" sender={accounts[0]?.name ?? "LINE"} locked={false} /> : null}
          </div>
        ) : null}
      </form>
    </Panel>
  );
}
