import { Radio, TextInput } from "@mantine/core";
import type { Reentry } from "@/features/journeys/definition";
import { DurationField } from "@/features/journeys/duration-field";
import styles from "@/features/journeys/form.module.css";
import { useWords } from "@/features/journeys/words";

interface ReentryProps {
  value: Reentry;
  change: (reentry: Reentry) => void;
}

/** Whether somebody may come in again, how soon, and what is counted apart. */
export function ReentryFields({ value, change }: ReentryProps) {
  const w = useWords();
  const key = value.key ? { key: value.key } : {};
  return (
    <>
      <Radio.Group
        label={w("reentry")}
        value={value.mode}
        onChange={(mode) => {
          if (mode === "once") change({ mode });
          else if (mode === "always") change({ mode, ...key });
          else change({ mode: "after", after: value.after ?? "P1D", ...key });
        }}
      >
        <div className={styles["options"]}>
          {(["once", "always", "after"] as const).map((mode) => (
            <Radio key={mode} value={mode} label={w(`reentry.${mode}`)} />
          ))}
        </div>
      </Radio.Group>
      {value.mode === "after" ? (
        <DurationField
          label={w("reentryAfter")}
          value={value.after ?? ""}
          required
          change={(after) => change({ ...value, after: after ?? "P1D" })}
        />
      ) : null}
      {value.mode === "once" ? null : (
        <TextInput
          label={`${w("reentryKey")}${w("optional")}`}
          description={w("reentryKeyWhy")}
          value={value.key ?? ""}
          onChange={(event) => {
            const next = event.currentTarget.value.trim();
            const rest: Reentry = { mode: value.mode, ...(value.after ? { after: value.after } : {}) };
            change(next ? { ...rest, key: next } : rest);
          }}
          data-data
        />
      )}
    </>
  );
}
