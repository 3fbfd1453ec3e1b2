import { Group, NumberInput, Select } from "@mantine/core";
import { useCodes, useWords } from "@/features/journeys/words";
import { spanOf, UNITS, written } from "@/lib/duration";

interface DurationFieldProps {
  label: string;
  value: string;
  change: (text: string | undefined) => void;
  required: boolean;
  error?: string | undefined;
}

/** How long: a number and its unit. */
export function DurationField({ label, value, change, required, error }: DurationFieldProps) {
  const w = useWords();
  const code = useCodes();
  const span = spanOf(value);
  const unit = span?.unit ?? "hour";
  return (
    <Group gap={8} align="flex-end" wrap="nowrap">
      <NumberInput
        label={label}
        error={error}
        min={1}
        allowDecimal={false}
        allowNegative={false}
        placeholder={required ? undefined : w("usual")}
        value={span?.count ?? ""}
        onChange={(count) => change(typeof count === "number" && count > 0 ? written(count, unit) : undefined)}
        flex={1}
      />
      <Select
        aria-label={w("unit", { what: label })}
        w={104}
        data={UNITS.map((one) => ({ value: one, label: code("unit", one) }))}
        value={unit}
        onChange={(next) => change(written(span?.count ?? 1, next ?? unit))}
      />
    </Group>
  );
}
