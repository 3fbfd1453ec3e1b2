import { NumberInput, Select } from "@mantine/core";
import { useDraft } from "@/components/message/draft";
import type { Field } from "@/components/message/fields";
import { Form } from "@/components/message/form";
import { Items } from "@/components/message/items";
import styles from "@/components/message/message.module.css";
import { isObject, read, textAt } from "@/components/message/tree";
import { useCodes, useWords } from "@/components/message/words";

const SIDES = ["x", "y", "width", "height"] as const;
const NEEDS: Record<string, Field[]> = {
  uri: [{ as: "address", name: "linkUri", required: true }],
  message: [{ as: "text", name: "text", most: 400, unit: "utf16", required: true }],
  clipboard: [{ as: "text", name: "clipboardText", most: 1000, unit: "utf16", required: true }],
};
const BLANK = { type: "uri", linkUri: "", area: { x: 0, y: 0, width: 520, height: 520 } };

/** The areas of an imagemap: the picture is 1,040 wide, and each area does something when it is tapped. */
export function Areas({ at }: { at: string }) {
  const w = useWords();
  const code = useCodes();
  const { messages, set } = useDraft();
  return (
    <>
      <p className={styles["note"]}>{w("areasWhy")}</p>
      <Items at={at} item="area" least={0} most={50} blank={BLANK}>
        {(here) => {
          const kind = textAt(messages, `${here}/type`);
          const area = read(messages, `${here}/area`);
          return (
            <>
              <div className={styles["four"]}>
                {SIDES.map((side) => (
                  <NumberInput
                    key={side}
                    label={code("field", side)}
                    min={0}
                    value={isObject(area) ? (area[side] as number) : 0}
                    onChange={(value) => set(`${here}/area/${side}`, Number(value) || 0)}
                  />
                ))}
              </div>
              <Select
                label={code("field", "action")}
                comboboxProps={{ keepMounted: false }}
                data={Object.keys(NEEDS).map((one) => ({ value: one, label: code("action", one) }))}
                value={kind}
                onChange={(chosen) => set(here, { type: chosen ?? "uri", area })}
              />
              <Form at={here} fields={NEEDS[kind] ?? []} />
            </>
          );
        }}
      </Items>
    </>
  );
}
