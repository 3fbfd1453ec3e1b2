import { type ComboboxItem, type OptionsFilter, Select } from "@mantine/core";
import { useState } from "react";
import { useNames } from "@/components/names";

interface PropertySelectProps {
  label: string;
  /** The paths that events have carried. */
  known: string[];
  value: string;
  change: (property: string) => void;
  w?: number;
}

/** By what it is called or by the path it was sent under, for whoever knows either. */
const byNameOrPath: OptionsFilter = ({ options, search }) => {
  const wanted = search.trim().toLowerCase();
  return (options as ComboboxItem[]).filter(({ label, value }) => `${label} ${value}`.toLowerCase().includes(wanted));
};

/** A field of an event, by its name. One that no event has carried yet can be typed. */
export function PropertySelect({ label, known, value, change, ...size }: PropertySelectProps) {
  const names = useNames();
  const [typed, setTyped] = useState("");
  const said = names.property(value) === typed ? "" : typed.trim();
  const paths = [...new Set([...known, ...(value ? [value] : [])])];
  const options = paths.map((path) => ({ value: path, label: names.property(path) }));
  if (said && !options.some((one) => one.value === said || one.label === said)) options.push({ value: said, label: said });
  return (
    <Select
      aria-label={label}
      placeholder={label}
      searchable
      selectFirstOptionOnChange
      data={options}
      filter={byNameOrPath}
      value={value || null}
      onChange={(next) => change(next ?? "")}
      searchValue={typed}
      onSearchChange={setTyped}
      {...size}
      data-data
    />
  );
}
