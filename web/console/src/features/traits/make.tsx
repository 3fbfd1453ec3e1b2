import { Button, Modal, NumberInput, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { useProperties, useVocabulary } from "@/api/vocabulary";
import { useNames } from "@/components/names";
import { Failed } from "@/components/states";
import { useWords as useShared } from "@/components/words";
import { useMake } from "@/features/traits/traits";
import styles from "@/features/traits/traits.module.css";
import { useWords } from "@/features/traits/words";
import { newKey } from "@/lib/key";

const FUNCTIONS = ["count", "sum", "avg", "max", "days_since_last", "days_since_first"] as const;
type Fn = (typeof FUNCTIONS)[number];
const OF_PROPERTY = new Set<Fn>(["sum", "avg", "max"]);

/** A new trait: what is measured of which event, and over how many days. */
export function MakeTrait({ close }: { close: () => void }) {
  const w = useWords();
  const shared = useShared();
  const names = useNames();
  const make = useMake();
  const [name, setName] = useState("");
  const [event, setEvent] = useState("Order Completed");
  const [fn, setFn] = useState<Fn>("count");
  const [property, setProperty] = useState("");
  const [days, setDays] = useState<number | string>(365);
  const events = useVocabulary().data?.events.map((one) => one.name) ?? [];
  const properties = Object.entries(useProperties(event).data?.properties ?? {}).flatMap(([path, { kind }]) => (kind === "number" ? [path] : []));
  const whole = name.trim() !== "" && event !== "" && (!OF_PROPERTY.has(fn) || property !== "");

  function save() {
    const measure = fn === "count" ? {} : { measure: { fn, ...(OF_PROPERTY.has(fn) ? { property } : {}) } };
    const definition = { event, ...(days ? { window: { last: `P${days}D` } } : {}), ...measure };
    make.mutate({ key: newKey("trait", name, new Date()), name, definition }, { onSuccess: close });
  }

  return (
    <Modal opened onClose={close} title={w("create")} closeButtonProps={{ "aria-label": shared("close") }}>
      <div className={styles["stack"]}>
        <TextInput label={w("name")} placeholder={w("nameHint")} value={name} maxLength={200} onChange={(changed) => setName(changed.currentTarget.value)} />
        <Select
          label={w("event")}
          searchable
          comboboxProps={{ keepMounted: false }}
          data={[...new Set([event, ...events])].map((one) => ({ value: one, label: names.event(one) }))}
          value={event}
          onChange={(next) => setEvent(next ?? "")}
          data-data
        />
        <Select
          label={w("measured")}
          comboboxProps={{ keepMounted: false }}
          data={FUNCTIONS.map((one) => ({ value: one, label: w(`fn.${one}`) }))}
          value={fn}
          onChange={(next) => setFn(next ?? "count")}
        />
        {OF_PROPERTY.has(fn) ? (
          <Select
            label={w("property")}
            searchable
            comboboxProps={{ keepMounted: false }}
            data={properties.map((one) => ({ value: one, label: names.property(one) }))}
            value={property || null}
            onChange={(next) => setProperty(next ?? "")}
            data-data
          />
        ) : null}
        <NumberInput label={w("span")} description={w("spanWhy")} min={1} max={3_650} allowDecimal={false} value={days} onChange={setDays} />
        {make.error ? <Failed error={make.error} small /> : null}
        <div className={styles["buttons"]}>
          <Button variant="default" onClick={close}>
            {shared("cancel")}
          </Button>
          <Button disabled={!whole} loading={make.isPending} onClick={save}>
            {shared("save")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
