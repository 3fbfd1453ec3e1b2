import { ActionIcon, Autocomplete, Button, Select, TextInput } from "@mantine/core";
import { Plus, X } from "lucide-react";
import { useNames } from "@/components/names";
import { OriginSelect } from "@/components/condition/editor/origin-select";
import { PropertySelect } from "@/components/property-select";
import styles from "@/components/condition/editor/editor.module.css";
import { COUNTING, type EventRow, type Filter, needsProperty, needsValue, NUMBER_OPS, TEXT_OPS } from "@/components/condition/editor/draft";
import { useProperties, useVocabulary } from "@/api/vocabulary";
import { WithinField } from "@/components/condition/editor/within-field";
import { useWords } from "@/components/condition/editor/words";

interface Fields<R> {
  row: R;
  change: (values: Partial<R>) => void;
}

/** Something done: which event, how it is measured, compared with what, since when, and only where. */
export function EventFields({ row, change }: Fields<EventRow>) {
  const w = useWords();
  const names = useNames();
  const vocabulary = useVocabulary();
  const properties = useProperties(row.event).data?.properties ?? {};
  const known = vocabulary.data?.events.map(({ name }) => name) ?? [];
  const events = row.event && !known.includes(row.event) ? [row.event, ...known] : known;
  const numbers = Object.entries(properties).flatMap(([path, { kind }]) =>
    kind === "number" || row.fn === "distinct" ? [path] : [],
  );
  return (
    <>
      <div className={styles["fields"]}>
        <WithinField days={row.days} change={(days) => change({ days })} />
        <Select
          aria-label={w("event")}
          placeholder={w("chooseEvent")}
          searchable
          w={190}
          data={events.map((name) => ({ value: name, label: names.event(name) }))}
          value={row.event || null}
          onChange={(event) => change({ event: event ?? "", where: [] })}
          data-data
        />
        <Select
          aria-label={w("measure")}
          w={124}
          data={COUNTING.map((fn) => ({ value: fn, label: w(`fn.${fn}`) }))}
          value={row.fn}
          onChange={(fn) => change({ fn: fn ?? "count", property: fn && needsProperty(fn) ? row.property : "" })}
        />
        {needsProperty(row.fn) ? (
          <PropertySelect
            label={w("property")}
            w={130}
            known={numbers}
            value={row.property}
            change={(property) => change({ property })}
          />
        ) : null}
        <Select
          aria-label={w("operator")}
          w={108}
          data={NUMBER_OPS.map((op) => ({ value: op, label: w(`op.${op}`) }))}
          value={row.op}
          onChange={(op) => change({ op: op ?? "gte" })}
        />
        <TextInput
          aria-label={w("value")}
          inputMode="decimal"
          w={92}
          value={row.value}
          onChange={(event) => change({ value: event.currentTarget.value })}
        />
      </div>
      {row.where.length ? (
        <div className={styles["filters"]}>
          {row.where.map((filter, at) => (
            <FilterFields
              key={at}
              filter={filter}
              properties={properties}
              change={(values) => change({ where: row.where.map((one, other) => (other === at ? { ...one, ...values } : one)) })}
              remove={() => change({ where: row.where.filter((_, other) => other !== at) })}
            />
          ))}
        </div>
      ) : null}
      <Button
        variant="subtle"
        size="compact-xs"
        mt={8}
        leftSection={<Plus size={13} aria-hidden />}
        disabled={row.event === ""}
        onClick={() => change({ where: [...row.where, { property: "", op: "eq", value: "" }] })}
      >
        {w("addFilter")}
      </Button>
    </>
  );
}

interface FilterProps {
  filter: Filter;
  properties: Record<string, { kind: string; examples?: string[] }>;
  change: (values: Partial<Filter>) => void;
  remove: () => void;
}

function FilterFields({ filter, properties, change, remove }: FilterProps) {
  const w = useWords();
  return (
    <div className={styles["fields"]}>
      <span className={styles["kind"]}>{w("filter")}</span>
      <PropertySelect
        label={w("property")}
        w={150}
        known={Object.entries(properties).flatMap(([path, { kind }]) => (kind === "list" ? [] : [path]))}
        value={filter.property}
        change={(property) => change({ property })}
      />
      <Select
        aria-label={w("operator")}
        w={118}
        data={TEXT_OPS.map((op) => ({ value: op, label: w(`op.${op}`) }))}
        value={filter.op}
        onChange={(op) => change({ op: op ?? "eq" })}
      />
      {needsValue(filter.op) && filter.property === "origin" && filter.op === "eq" ? (
        <OriginSelect label={w("value")} w={170} origin={filter.value} change={(value) => change({ value })} />
      ) : needsValue(filter.op) ? (
        <Autocomplete
          aria-label={w("value")}
          placeholder={w("value")}
          w={170}
          data={properties[filter.property]?.examples ?? []}
          value={filter.value}
          onChange={(value) => change({ value })}
          data-data
        />
      ) : null}
      <ActionIcon variant="subtle" color="gray" aria-label={w("removeFilter")} onClick={remove} mb={4}>
        <X size={14} aria-hidden />
      </ActionIcon>
    </div>
  );
}
