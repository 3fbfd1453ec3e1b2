import { MultiSelect, NumberInput, Radio, Select } from "@mantine/core";
import { Link } from "react-router";
import { useSegments } from "@/api/segments";
import { Panel } from "@/components/page";
import styles from "@/features/broadcasts/broadcasts.module.css";
import type { Draft } from "@/features/broadcasts/draft";
import { useWords } from "@/features/broadcasts/words";

interface Props {
  draft: Draft;
  put: (values: Partial<Draft>) => void;
}

/** Who gets it, who does not, and how many are kept out by chance to learn what it brings. */
export function AudienceStep({ draft, put }: Props) {
  const w = useWords();
  const segments = useSegments().data?.segments ?? [];
  const data = segments.map(({ key, name }) => ({ value: key, label: name }));
  return (
    <Panel title={w("step.audience")}>
      <div className={styles["stack"]}>
        <Select
          label={w("to")}
          description={
            <>
              {w("toWhy")} <Link to="/segments/new">{w("newSegment")}</Link>
            </>
          }
          searchable
          comboboxProps={{ keepMounted: false }}
          data={[{ value: "", label: w("everyFriend") }, ...data]}
          value={draft.segment}
          onChange={(segment) => put({ segment: segment ?? "" })}
          data-data
        />
        <MultiSelect
          label={w("except")}
          description={w("exceptWhy")}
          placeholder={draft.exclude.length ? "" : w("exceptNone")}
          searchable
          clearable
          comboboxProps={{ keepMounted: false }}
          maxValues={20}
          data={data.filter(({ value }) => value !== draft.segment)}
          value={draft.exclude}
          onChange={(exclude) => put({ exclude })}
          data-data
        />
        <Radio.Group
          label={w("purpose")}
          value={draft.purpose}
          onChange={(purpose) => put({ purpose: purpose === "transactional" ? purpose : "marketing" })}
        >
          <div className={styles["options"]}>
            {(["marketing", "transactional"] as const).map((one) => (
              <Radio key={one} value={one} label={w(`purpose.${one}`)} description={w(`purpose.${one}.why`)} />
            ))}
          </div>
        </Radio.Group>
        <NumberInput
          label={w("holdout")}
          description={w("holdoutWhy")}
          suffix="%"
          min={0}
          max={50}
          allowDecimal={false}
          value={draft.holdout}
          onChange={(holdout) => put({ holdout: Number(holdout) })}
        />
      </div>
    </Panel>
  );
}
