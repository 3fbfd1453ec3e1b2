import { Button, SegmentedControl } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import type { Person } from "@/api/people";
import { useQuota } from "@/api/quota";
import { useFilled } from "@/api/messages";
import { Problem, UNREACHED } from "@/api/problem";
import { Panel } from "@/components/page";
import styles from "@/components/message/message.module.css";
import { PersonBox } from "@/components/person-box";
import { Failed } from "@/components/states";
import { Phone } from "@/components/message/phone";
import type { Json } from "@/components/message/tree";
import { useWords } from "@/components/message/words";

const TYPING_MS = 250;

/** What a person sees: filled for somebody, or with what stands there for whom nothing is known. */
export function Preview({ messages }: { messages: readonly Json[] }) {
  const w = useWords();
  const [screen, setScreen] = useState("chat");
  const [person, setPerson] = useState<Person | null>(null);
  const [asked] = useDebouncedValue(messages, TYPING_MS);
  const filled = useFilled(asked, person?.profile_id ?? "");
  const sender = useQuota().data?.accounts[0]?.name ?? "LINE";
  const last = messages.at(-1);
  const said = last?.["altText"] ?? last?.["text"];
  return (
    <Panel title={w("preview")}>
      <SegmentedControl
        fullWidth
        size="xs"
        mb={12}
        aria-label={w("screen")}
        data={[
          { value: "chat", label: w("screen.chat") },
          { value: "lock", label: w("screen.lock") },
        ]}
        value={screen}
        onChange={setScreen}
      />
      <div className={styles["whom"]}>
        {person ? (
          <p className={styles["note"]}>
            {w("asSeenBy")} <strong data-data>{person.name}</strong>{" "}
            <Button variant="subtle" size="compact-xs" onClick={() => setPerson(null)}>
              {w("asNobody")}
            </Button>
          </p>
        ) : (
          <PersonBox label={w("seeAs")} choose={setPerson} />
        )}
      </div>
      <Phone
        messages={filled.data?.messages ?? messages}
        notification={filled.data?.notification ?? (typeof said === "string" ? said : "")}
        sender={sender}
        locked={screen === "lock"}
      />
      {filled.error ? <NotFilled error={filled.error} retry={() => void filled.refetch()} /> : null}
    </Panel>
  );
}

/** Refused, it is the message that must change; without an answer, nobody knows yet. */
function NotFilled({ error, retry }: { error: Error; retry: () => void }) {
  const w = useWords();
  if (!(error instanceof Problem) || error.code === UNREACHED || error.status >= 500) return <Failed error={error} retry={retry} small />;
  return (
    <p className={styles["flaw"]} role="status">
      {w("cannotFill")}
    </p>
  );
}
