import { Button, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";
import { Panel } from "@/components/page";
import { Failed } from "@/components/states";
import { useWords } from "@/features/sources/quality-words";
import { useCodes as useReasons } from "@/features/sources/reasons";
import { type Change, type Reject, type Replayed, useReplay } from "@/features/sources/rejects";
import styles from "@/features/sources/sources.module.css";

/** Put the same value at the same place of all items that are shown, see what would become of them, say them again. */
export function Mend({ rejects, done, dismiss }: { rejects: Reject[]; done: () => void; dismiss: () => void }) {
  const w = useWords();
  const replay = useReplay();
  const [pointer, setPointer] = useState("");
  const [value, setValue] = useState("");
  const changes: Change[] = pointer ? [{ pointer, value: meant(value) }] : [];

  function say(tryOut: boolean) {
    replay.mutate(
      { rejects, changes, tryOut },
      {
        onSuccess: (answer) => {
          if (tryOut || answer.replayed === 0) return;
          notifications.show({ message: w("done", { count: answer.replayed }) });
          if (answer.refused.length === 0) done();
        },
      },
    );
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    say(true);
  }

  return (
    <Panel title={w("mend")}>
      <form className={styles["stack"]} onSubmit={submit}>
        <p className={styles["line"]}>{w("scope", { count: rejects.length })}</p>
        <div className={styles["row"]}>
          <TextInput className={styles["grow"] ?? ""} label={w("field")} description={w("fieldWhy")} placeholder={w("fieldHint")} value={pointer} onChange={(event) => setPointer(event.currentTarget.value)} />
          <TextInput className={styles["grow"] ?? ""} label={w("value")} placeholder={w("valueHint")} value={value} onChange={(event) => setValue(event.currentTarget.value)} />
        </div>
        {replay.error ? <Failed error={replay.error} small /> : null}
        {replay.data ? <Outcome of={replay.data} /> : null}
        <div className={styles["row"]}>
          <Button type="submit" variant="default" loading={replay.isPending}>
            {w("tryOut")}
          </Button>
          <Button loading={replay.isPending} onClick={() => say(false)}>
            {pointer ? w("replay") : w("asIs")}
          </Button>
          <Button variant="subtle" color="red" onClick={dismiss}>
            {w("dismiss")}
          </Button>
        </div>
      </form>
    </Panel>
  );
}

/** What somebody typed: a number, true or an object where it is one, else a text. */
function meant(typed: string): unknown {
  try {
    return JSON.parse(typed) as unknown;
  } catch {
    return typed;
  }
}

function Outcome({ of }: { of: Replayed }) {
  const w = useWords();
  const reason = useReasons();
  const why = new Map<string, number>();
  for (const one of of.refused) why.set(one.reason, (why.get(one.reason) ?? 0) + 1);
  return (
    <ul className={styles["list"]} role="status">
      {of.replayed ? <li>{w("wouldPass", { count: of.replayed })}</li> : null}
      {[...why].map(([code, count]) => (
        <li key={code}>{w("wouldFail", { count, reason: reason("why", code) })}</li>
      ))}
    </ul>
  );
}
