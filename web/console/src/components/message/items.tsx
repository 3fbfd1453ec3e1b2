import { ActionIcon, Button } from "@mantine/core";
import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useDraft } from "@/components/message/draft";
import styles from "@/components/message/message.module.css";
import { Sentence } from "@/components/message/sentence";
import { type Json, listAt, moved } from "@/components/message/tree";
import { useCodes, useWords } from "@/components/message/words";

interface Props {
  at: string;
  /** The code of what one is called: field.<item>. */
  item: string;
  least: number;
  most: number;
  blank: Json;
  children: (at: string, index: number) => ReactNode;
}

/** A list inside a message: add, take away, and put in another order by button. */
export function Items({ at, item, least, most, blank, children }: Props) {
  const w = useWords();
  const code = useCodes();
  const { messages, set, flawAt } = useDraft();
  const items = listAt(messages, at);
  const flaw = flawAt(at);
  const name = (index: number) => `${code("field", item)} ${index + 1}`;
  return (
    <div className={styles["items"]}>
      {items.map((_, index) => (
        <fieldset key={index} className={styles["item"]}>
          <legend className={styles["legend"]}>{name(index)}</legend>
          <div className={styles["itemTools"]}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={w("moveUp", { what: name(index) })}
              disabled={index === 0}
              onClick={() => set(at, moved(items, index, index - 1))}
            >
              <ArrowUp size={14} aria-hidden />
            </ActionIcon>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={w("moveDown", { what: name(index) })}
              disabled={index === items.length - 1}
              onClick={() => set(at, moved(items, index, index + 1))}
            >
              <ArrowDown size={14} aria-hidden />
            </ActionIcon>
            {items.length > least ? (
              <ActionIcon variant="subtle" color="gray" aria-label={w("removeOne", { what: name(index) })} onClick={() => set(`${at}/${index}`, undefined)}>
                <Trash2 size={14} aria-hidden />
              </ActionIcon>
            ) : null}
          </div>
          {children(`${at}/${index}`, index)}
        </fieldset>
      ))}
      {flaw ? (
        <p className={styles["flaw"]}>
          <Sentence of={flaw.sentence} />
        </p>
      ) : null}
      {items.length < most ? (
        <div>
          <Button variant="default" size="compact-sm" leftSection={<Plus size={14} aria-hidden />} onClick={() => set(at, [...items, blank])}>
            {w("addOne", { what: code("field", item) })}
          </Button>
        </div>
      ) : null}
    </div>
  );
}
