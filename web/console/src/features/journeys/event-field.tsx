import { Select } from "@mantine/core";
import { useState } from "react";
import { useVocabulary } from "@/api/vocabulary";
import { useNames } from "@/components/names";
import { useWords } from "@/features/journeys/words";

interface EventFieldProps {
  label: string;
  value: string;
  change: (event: string | undefined) => void;
  error?: string | undefined;
  clearable?: boolean;
}

/** The name of an event: one that was heard of already, or one that is still to come and is typed. */
export function EventField({ label, value, change, error, clearable = false }: EventFieldProps) {
  const w = useWords();
  const names = useNames();
  const [typed, setTyped] = useState("");
  const heard = useVocabulary().data?.events.map(({ name }) => name) ?? [];
  const known = value && !heard.includes(value) ? [value, ...heard] : heard;
  const data = known.map((name) => ({ value: name, label: names.event(name) }));
  const wanted = typed.trim();
  const isNew = wanted !== "" && !data.some((one) => one.value === wanted || one.label === wanted);
  return (
    <Select
      label={label}
      error={error}
      placeholder={w("chooseEvent")}
      searchable
      clearable={clearable}
      searchValue={typed}
      onSearchChange={setTyped}
      data={isNew ? [...data, { value: wanted, label: w("useName", { name: wanted }) }] : data}
      value={value || null}
      onChange={(next) => change(next ?? undefined)}
      data-data
    />
  );
}
