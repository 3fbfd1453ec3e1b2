import { Button, Menu, Select, Switch } from "@mantine/core";
import { Plus } from "lucide-react";
import { useDraft } from "@/components/message/draft";
import { BLOCK_BLANKS, BLOCKS, BUBBLE_SIZES, IN_BASELINE, PART_BLANKS, PART_FIELDS } from "@/components/message/flex";
import { Form } from "@/components/message/form";
import styles from "@/components/message/message.module.css";
import { PartTools } from "@/components/message/part-tools";
import { isObject, listAt, read, textAt } from "@/components/message/tree";
import { useCodes, useWords } from "@/components/message/words";

/** One bubble of a Flex message: its size, and its four blocks, each of which may be left out. */
export function Bubble({ at }: { at: string }) {
  const w = useWords();
  const code = useCodes();
  const { messages, set } = useDraft();
  const present = BLOCKS.filter((block) => isObject(read(messages, `${at}/${block}`)));
  return (
    <div className={styles["form"]}>
      <Select
        label={w("bubbleSize")}
        comboboxProps={{ keepMounted: false }}
        data={BUBBLE_SIZES.map((size) => ({ value: size, label: code("bubble", size) }))}
        value={textAt(messages, `${at}/size`) || "mega"}
        onChange={(size) => set(`${at}/size`, size === "mega" ? undefined : size)}
      />
      <div className={styles["blocks"]}>
        {BLOCKS.map((block) => (
          <Switch
            key={block}
            size="xs"
            label={code("field", block)}
            checked={present.includes(block)}
            onChange={(event) => set(`${at}/${block}`, event.currentTarget.checked ? BLOCK_BLANKS[block] : undefined)}
          />
        ))}
      </div>
      {present.map((block) => (
        <fieldset key={block} className={styles["item"]}>
          <legend className={styles["legend"]}>{code("field", block)}</legend>
          <Part at={`${at}/${block}`} depth={0} />
        </fieldset>
      ))}
    </div>
  );
}

/** One component: its fields, and for a box what stands in it. The box of a block itself needs no form of its own. */
function Part({ at, depth }: { at: string; depth: number }) {
  const { messages } = useDraft();
  const kind = textAt(messages, `${at}/type`);
  if (kind !== "box") return <Form at={at} fields={PART_FIELDS[kind] ?? []} />;
  return (
    <>
      {depth > 0 ? <Form at={at} fields={PART_FIELDS["box"] ?? []} /> : null}
      <Contents at={`${at}/contents`} baseline={textAt(messages, `${at}/layout`) === "baseline"} depth={depth + 1} />
    </>
  );
}

function Contents({ at, baseline, depth }: { at: string; baseline: boolean; depth: number }) {
  const w = useWords();
  const code = useCodes();
  const { messages, set } = useDraft();
  const parts = listAt(messages, at);
  const kinds = Object.keys(PART_BLANKS).filter((kind) => !baseline || IN_BASELINE.includes(kind));
  return (
    <div className={styles["items"]}>
      {parts.map((part, index) => {
        const kind = isObject(part) ? String(part["type"]) : "";
        return (
          <div key={index} className={styles["part"]}>
            <details open={depth === 1 && parts.length < 4}>
              <summary>
                <span>{code("part", kind)}</span>
                <span className={styles["partText"]} data-data>
                  {textAt(part, "/text") || textAt(part, "/action/label")}
                </span>
              </summary>
              <div className={styles["partBody"]}>
                <Part at={`${at}/${index}`} depth={depth} />
              </div>
            </details>
            <PartTools list={parts} index={index} at={at} name={`${code("part", kind)} ${index + 1}`} />
          </div>
        );
      })}
      <Menu position="bottom-start">
        <Menu.Target>
          <Button variant="default" size="compact-sm" w="fit-content" leftSection={<Plus size={14} aria-hidden />}>
            {w("addPart")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {kinds.map((kind) => (
            <Menu.Item key={kind} onClick={() => set(at, [...parts, PART_BLANKS[kind]])}>
              {code("part", kind)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
