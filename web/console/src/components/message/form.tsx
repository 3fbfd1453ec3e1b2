import { Checkbox, ColorInput, NumberInput, Select, Textarea, TextInput } from "@mantine/core";
import { ActionList, ActionOf } from "@/components/message/action";
import { Areas } from "@/components/message/areas";
import { CouponSelect } from "@/components/message/coupon-select";
import { useDraft } from "@/components/message/draft";
import type { Field } from "@/components/message/fields";
import { FlexForm } from "@/components/message/flex-form";
import { Items } from "@/components/message/items";
import { isTemplate, lengthOf } from "@/components/message/measure";
import styles from "@/components/message/message.module.css";
import { Sentence } from "@/components/message/sentence";
import { read, textAt } from "@/components/message/tree";
import { useCodes, useWords } from "@/components/message/words";

/** A form by a table: each field writes its leaf of the message, and shows what LINE would say about it. */
export function Form({ fields, at }: { fields: readonly Field[]; at: string }) {
  return (
    <div className={styles["form"]}>
      {fields.map((field) => (
        <One key={field.name} field={field} at={`${at}/${field.name}`} />
      ))}
    </div>
  );
}

function One({ field, at }: { field: Field; at: string }) {
  const { messages, set, flawAt } = useDraft();
  const code = useCodes();
  const flaw = flawAt(at);
  const label = code("field", field.name);
  const error = flaw ? <Sentence of={flaw.sentence} /> : null;
  switch (field.as) {
    case "text":
    case "address":
      return <Written field={field} at={at} label={label} error={error} />;
    case "number":
      return (
        <NumberInput
          label={label}
          min={field.least}
          max={field.most}
          clampBehavior="none"
          value={(read(messages, at) as number | undefined) ?? ""}
          error={error}
          onChange={(value) => set(at, typeof value === "number" ? value : undefined)}
        />
      );
    case "choice":
      return (
        <Select
          label={label}
          comboboxProps={{ keepMounted: false }}
          data={[{ value: "", label: code("is", "default") }, ...field.words.map((word) => ({ value: word, label: code("is", word) }))]}
          value={textAt(messages, at)}
          error={error}
          onChange={(word) => set(at, word || undefined)}
        />
      );
    case "flag":
      return <Checkbox label={label} checked={read(messages, at) === true} onChange={(event) => set(at, event.currentTarget.checked || undefined)} />;
    case "colour":
      return <ColorInput label={label} value={textAt(messages, at)} error={error} onChange={(value) => set(at, value || undefined)} />;
    case "action":
      return <ActionOf at={at} place={field.place} required={field.required ?? false} />;
    case "actions":
      return <ActionList at={at} place={field.place} least={field.least} most={field.most} />;
    case "part":
      return <Form fields={field.of} at={at} />;
    case "list":
      return (
        <Items at={at} item={field.item} least={field.least} most={field.most} blank={field.blank}>
          {(here) => <Form fields={field.of} at={here} />}
        </Items>
      );
    case "areas":
      return <Areas at={at} />;
    case "coupon":
      return (
        <>
          <CouponSelect at={at} />
          <Written field={{ as: "text", name: field.name, most: 100, unit: "utf16", required: true }} at={at} label={label} error={error} />
        </>
      );
    case "flex":
      return <FlexForm at={at} />;
  }
}

interface WrittenProps {
  field: Extract<Field, { as: "text" | "address" }>;
  at: string;
  label: string;
  error: React.ReactNode;
}

/** A text with its length as LINE counts it; an address without. */
function Written({ field, at, label, error }: WrittenProps) {
  const w = useWords();
  const { messages, set, touched } = useDraft();
  const value = textAt(messages, at);
  const props = {
    label,
    value,
    error,
    // A field that need not be there goes when it is emptied; one that must stays, and is said to be empty.
    onChange: (event: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) => {
      const { value: typed, selectionStart } = event.currentTarget;
      touched(at, selectionStart);
      set(at, typed === "" && !field.required ? undefined : typed);
    },
    onSelect: (event: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) => touched(at, event.currentTarget.selectionStart),
    onFocus: (event: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) => touched(at, event.currentTarget.selectionStart),
  };
  if (field.as === "address") return <TextInput type="url" placeholder="https://" {...props} />;
  const length = lengthOf(value, field.unit);
  const over = !isTemplate(value) && length > field.most;
  const shown = {
    ...props,
    description: (
      <span className={over ? styles["over"] : styles["count"]}>
        {isTemplate(value) ? w("countedLater", { most: field.most }) : w("counted", { length, most: field.most })}
      </span>
    ),
    inputWrapperOrder: ["label", "input", "description", "error"] as ("label" | "input" | "description" | "error")[],
  };
  return (field.lines ?? 1) > 1 ? <Textarea classNames={{ input: styles["grows"] ?? "" }} rows={field.lines ?? 3} {...shown} /> : <TextInput {...shown} />;
}
