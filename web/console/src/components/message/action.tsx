import { Select } from "@mantine/core";
import { useDraft } from "@/components/message/draft";
import { ACTION_FIELDS, type ActionKind, type Field, type Place } from "@/components/message/fields";
import { Form } from "@/components/message/form";
import { Items } from "@/components/message/items";
import styles from "@/components/message/message.module.css";
import { textAt } from "@/components/message/tree";
import { useCodes } from "@/components/message/words";

/** What a tap does: its kind, its label, and what this kind needs. */
export function ActionOf({ at, place, required }: { at: string; place: Place; required: boolean }) {
  const code = useCodes();
  const { messages, set } = useDraft();
  const kind = textAt(messages, `${at}/type`);
  const label: Field = { as: "text", name: "label", most: place.label, unit: "seen", required: place.required };
  const kinds: { value: string; label: string }[] = place.kinds.map((one) => ({ value: one, label: code("action", one) }));
  return (
    <div className={styles["action"]}>
      <Select
        label={code("field", "action")}
        comboboxProps={{ keepMounted: false }}
        data={required ? kinds : [{ value: "", label: code("action", "none") }, ...kinds]}
        value={kind}
        onChange={(chosen) => {
          if (!chosen) return set(at, undefined);
          const written = textAt(messages, `${at}/label`);
          set(at, {
            type: chosen,
            ...(written || place.required ? { label: written } : {}),
            ...(chosen === "datetimepicker" ? { mode: "date" } : {}),
          });
        }}
      />
      {kind ? <Form at={at} fields={[label, ...(ACTION_FIELDS[kind as ActionKind] ?? [])]} /> : null}
    </div>
  );
}

/** A list of actions: the buttons of a template. */
export function ActionList({ at, place, least, most }: { at: string; place: Place; least: number; most: number }) {
  return (
    <Items at={at} item="button" least={least} most={most} blank={{ type: "uri", label: "", uri: "" }}>
      {(here) => <ActionOf at={here} place={place} required />}
    </Items>
  );
}
