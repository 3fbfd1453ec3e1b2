import { Button, Select } from "@mantine/core";
import { Send } from "lucide-react";
import { useState } from "react";
import type { Person } from "@/api/people";
import { Panel } from "@/components/page";
import { PeopleBox } from "@/components/people-box";
import { Failed } from "@/components/states";
import { useTest } from "@/features/broadcasts/broadcasts";
import styles from "@/features/broadcasts/broadcasts.module.css";
import type { Draft } from "@/features/broadcasts/draft";
import { useWords } from "@/features/broadcasts/words";

const TESTERS_MAX = 20;

interface Props {
  draft: Draft;
  keep: (then: (key: string) => void) => void;
  busy: boolean;
}

/** See it on a real phone first: it is saved, and goes to a few people at once. */
export function TestStep({ draft, keep, busy }: Props) {
  const w = useWords();
  const test = useTest();
  const [people, setPeople] = useState<Person[]>([]);
  const [variant, setVariant] = useState("");
  const chosen = draft.variants.find(({ name }) => name === variant)?.name ?? draft.variants[0]?.name ?? "";
  return (
    <Panel title={w("step.test")}>
      <div className={styles["stack"]}>
        <p className={styles["note"]}>{w("testWhy")}</p>
        {draft.variants.length > 1 ? (
          <Select
            label={w("variants")}
            comboboxProps={{ keepMounted: false }}
            data={draft.variants.map(({ name }) => ({ value: name, label: w("variant", { name }) }))}
            value={chosen}
            onChange={(name) => setVariant(name ?? "")}
          />
        ) : null}
        <PeopleBox label={w("testers")} people={people} change={setPeople} max={TESTERS_MAX} />
        {test.data ? (
          <p className={styles["good"]} role="status">
            {w("testSent", { count: test.data.found })}
          </p>
        ) : null}
        {test.error ? <Failed error={test.error} small /> : null}
        <Button
          className={styles["begin"] ?? ""}
          leftSection={<Send size={15} aria-hidden />}
          disabled={people.length === 0}
          loading={busy || test.isPending}
          onClick={() =>
            keep((key) =>
              test.mutate({
                key,
                variant: draft.variants.length > 1 ? chosen : "",
                people: people.map(({ profile_id }) => profile_id),
              }),
            )
          }
        >
          {w("testNow")}
        </Button>
      </div>
    </Panel>
  );
}
