import { MultiSelect, Select } from "@mantine/core";
import { Panel } from "@/components/page";
import { areas } from "@/features/narrowcasts/areas";
import { AGES, type Draft, PERIODS } from "@/features/narrowcasts/draft";
import styles from "@/features/narrowcasts/narrowcasts.module.css";
import { useWords } from "@/features/narrowcasts/words";
import { useLanguage } from "@/lib/language";

interface Props {
  draft: Draft;
  put: (values: Partial<Draft>) => void;
}

interface Choice {
  label: string;
  value: string;
  data: { value: string; label: string }[];
  choose: (value: string) => void;
}

/** By what only LINE guesses of people. */
export function Guessed({ draft, put }: Props) {
  const w = useWords();
  const language = useLanguage();
  const ages = AGES.map((value) => ({ value, label: w("years", { years: Number(value.slice(4)) }) }));
  return (
    <Panel title={w("guessed")}>
      <div className={styles["stack"]}>
        <p className={styles["note"]}>{w("guessedWhy")}</p>
        <div className={styles["pair"]}>
          <One
            label={w("gender")}
            value={draft.gender}
            data={(["female", "male"] as const).map((value) => ({ value, label: w(`gender.${value}`) }))}
            choose={(gender) => put({ gender })}
          />
          <One
            label={w("phone")}
            value={draft.phone}
            data={(["ios", "android"] as const).map((value) => ({ value, label: w(`phone.${value}`) }))}
            choose={(phone) => put({ phone })}
          />
          <One label={w("ageFrom")} value={draft.ageFrom} data={ages} choose={(ageFrom) => put({ ageFrom })} />
          <One label={w("ageBelow")} value={draft.ageBelow} data={ages} choose={(ageBelow) => put({ ageBelow })} />
          <One
            label={w("friendFor")}
            value={draft.friendFor}
            data={PERIODS.map((value) => ({ value, label: w("days", { days: Number(value.slice(4)) }) }))}
            choose={(friendFor) => put({ friendFor })}
          />
        </div>
        <MultiSelect
          label={w("areas")}
          placeholder={draft.areas.length ? "" : w("anyone")}
          searchable
          clearable
          comboboxProps={{ keepMounted: false }}
          data={areas(language)}
          value={draft.areas}
          onChange={(chosen) => put({ areas: chosen })}
          data-data
        />
      </div>
    </Panel>
  );
}

function One({ label, value, data, choose }: Choice) {
  const w = useWords();
  return (
    <Select
      label={label}
      placeholder={w("anyone")}
      clearable
      comboboxProps={{ keepMounted: false }}
      data={data}
      value={value || null}
      onChange={(next) => choose(next ?? "")}
    />
  );
}
