import { ActionIcon, Autocomplete, Button, Input, Select, Switch } from "@mantine/core";
import { Plus, X } from "lucide-react";
import { useProperties } from "@/api/vocabulary";
import type { Where } from "@/components/condition/condition";
import { PropertySelect } from "@/components/property-select";
import styles from "@/features/journeys/form.module.css";
import { JsonField } from "@/features/journeys/json-field";
import { rowsOf, WHERE_OPS, whereOf, type WhereRow } from "@/features/journeys/where";
import { useCodes, useWords } from "@/features/journeys/words";

interface WhereFieldProps {
  label: string;
  event: string;
  value: unknown;
  change: (where: Where | undefined) => void;
  /** Whether a line may be compared with the trigger. */
  refers: boolean;
  error?: string | undefined;
}

/** Which events count: lines of property, comparison and value. A filter that says more is shown as it is written. */
export function WhereField({ label, event, value, change, refers, error }: WhereFieldProps) {
  const w = useWords();
  const code = useCodes();
  const properties = useProperties(event).data?.properties ?? {};
  const rows = rowsOf(value);
  if (rows === null) return <JsonField label={label} error={error} value={value} change={(next) => change(next as Where | undefined)} />;
  const put = (at: number, values: Partial<WhereRow>) =>
    change(whereOf(rows.map((row, other) => (other === at ? { ...row, ...values } : row))));
  return (
    <Input.Wrapper label={label} error={error} labelElement="div">
      <div className={styles["stack"]}>
        {rows.map((row, at) => (
          <div key={at} className={styles["where"]}>
            <PropertySelect
              label={w("property")}
              known={Object.entries(properties).flatMap(([path, { kind }]) => (kind === "list" ? [] : [path]))}
              value={row.property}
              change={(property) => put(at, { property })}
            />
            <Select
              aria-label={w("comparison")}
              data={WHERE_OPS.map((op) => ({ value: op, label: code("op", op) }))}
              value={row.op}
              onChange={(op) => put(at, { op: op ?? "eq" })}
            />
            <Autocomplete
              aria-label={row.refers ? w("ofTrigger") : w("value")}
              placeholder={row.refers ? w("ofTrigger") : w("value")}
              data={row.refers ? [] : (properties[row.property]?.examples ?? [])}
              value={row.value}
              onChange={(next) => put(at, { value: next })}
              data-data
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={w("removeLine")}
              onClick={() => change(whereOf(rows.filter((_, other) => other !== at)))}
            >
              <X size={14} aria-hidden />
            </ActionIcon>
            {refers ? (
              <Switch
                size="xs"
                className={styles["wide"] ?? ""}
                label={w("sameAsTrigger")}
                checked={row.refers}
                onChange={(event) => put(at, { refers: event.currentTarget.checked, value: "" })}
              />
            ) : null}
          </div>
        ))}
        <Button
          variant="subtle"
          size="compact-xs"
          className={styles["begin"] ?? ""}
          leftSection={<Plus size={13} aria-hidden />}
          onClick={() => change(whereOf([...rows, { property: "", op: "eq", value: "", refers: false }]))}
        >
          {w("addLine")}
        </Button>
      </div>
    </Input.Wrapper>
  );
}
