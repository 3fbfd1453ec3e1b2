import { Button, Checkbox, MultiSelect, Select } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useAudiences, useMakeAudience } from "@/api/audiences";
import { useSegmentNames, useSegments } from "@/api/segments";
import { Panel } from "@/components/page";
import { Failed } from "@/components/states";
import type { Draft } from "@/features/narrowcasts/draft";
import styles from "@/features/narrowcasts/narrowcasts.module.css";
import { useCodes, useWords } from "@/features/narrowcasts/words";

interface Props {
  draft: Draft;
  put: (values: Partial<Draft>) => void;
}

/** In which audiences, and in which not. */
export function Whom({ draft, put }: Props) {
  const w = useWords();
  const code = useCodes();
  const names = useSegmentNames();
  const found = useAudiences(draft.account).data ?? [];
  const data = found.map(({ key, segment, people, state }) => ({
    value: key,
    label: w("audienceOf", { name: names[segment] ?? key, count: people, state: code("audience", state) }),
  }));
  return (
    <Panel title={w("whom")}>
      <div className={styles["stack"]}>
        <MultiSelect
          label={w("within")}
          description={w("withinWhy")}
          placeholder={draft.within.length ? "" : w("withinNone")}
          searchable
          clearable
          comboboxProps={{ keepMounted: false }}
          data={data.filter(({ value }) => !draft.without.includes(value))}
          value={draft.within}
          onChange={(within) => put({ within })}
          data-data
        />
        {draft.within.length > 1 ? (
          <Checkbox label={w("every")} checked={draft.every} onChange={(event) => put({ every: event.currentTarget.checked })} />
        ) : null}
        <MultiSelect
          label={w("without")}
          placeholder={draft.without.length ? "" : w("withoutNone")}
          searchable
          clearable
          comboboxProps={{ keepMounted: false }}
          data={data.filter(({ value }) => !draft.within.includes(value))}
          value={draft.without}
          onChange={(without) => put({ without })}
          data-data
        />
        {draft.account ? <OfSegment account={draft.account} made={(key) => put({ within: [...new Set([...draft.within, key])] })} /> : null}
      </div>
    </Panel>
  );
}

/** A segment becomes an audience, and is chosen. */
function OfSegment({ account, made }: { account: string; made: (key: string) => void }) {
  const w = useWords();
  const segments = useSegments().data?.segments ?? [];
  const make = useMakeAudience();
  const [segment, setSegment] = useState("");
  const [inStep, setInStep] = useState(true);
  function go() {
    make.mutate(
      { account, segment, inStep },
      {
        onSuccess: ({ key, people }) => {
          notifications.show({ message: w("made", { count: people }) });
          made(key);
          setSegment("");
        },
      },
    );
  }
  return (
    <>
      <div className={styles["row"]}>
        <Select
          className={styles["grow"] ?? ""}
          label={w("fromSegment")}
          description={w("fromSegmentWhy")}
          searchable
          comboboxProps={{ keepMounted: false }}
          data={segments.map(({ key, name }) => ({ value: key, label: name }))}
          value={segment || null}
          onChange={(next) => setSegment(next ?? "")}
          data-data
        />
        <Button variant="default" disabled={!segment} loading={make.isPending} onClick={go}>
          {w("makeAudience")}
        </Button>
      </div>
      <Checkbox label={w("inStep")} description={w("inStepWhy")} checked={inStep} onChange={(event) => setInStep(event.currentTarget.checked)} />
      {make.error ? <Failed error={make.error} small /> : null}
    </>
  );
}
