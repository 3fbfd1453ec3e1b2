import { Select } from "@mantine/core";
import { useOriginNames } from "@/api/names";

interface OriginSelectProps {
  label: string;
  placeholder?: string;
  w: number;
  origin: string;
  change: (origin: string) => void;
}

/** Which broadcast or journey a message came from, under the name people gave it. */
export function OriginSelect({ label, placeholder, w, origin, change }: OriginSelectProps) {
  const names = useOriginNames();
  const known = origin && !(origin in names) ? { [origin]: origin, ...names } : names;
  return (
    <Select
      aria-label={label}
      placeholder={placeholder ?? label}
      searchable
      w={w}
      data={Object.entries(known).map(([value, name]) => ({ value, label: name }))}
      value={origin || null}
      onChange={(chosen) => change(chosen ?? "")}
      data-data
    />
  );
}
