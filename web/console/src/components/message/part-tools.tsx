import { ActionIcon } from "@mantine/core";
import { ArrowDown, ArrowUp, Trash2 } from "lucide-react";
import { useDraft } from "@/components/message/draft";
import styles from "@/components/message/message.module.css";
import { moved } from "@/components/message/tree";
import { useWords } from "@/components/message/words";

interface Props {
  list: readonly unknown[];
  index: number;
  at: string;
  name: string;
}

/** What can be done with one component where it stands. */
export function PartTools({ list, index, at, name }: Props) {
  const w = useWords();
  const { set } = useDraft();
  const act = (value: unknown[]) => () => set(at, value);
  return (
    <span className={styles["partTools"]}>
      <ActionIcon variant="subtle" color="gray" size="sm" aria-label={w("moveUp", { what: name })} disabled={index === 0} onClick={act(moved(list, index, index - 1))}>
        <ArrowUp size={13} aria-hidden />
      </ActionIcon>
      <ActionIcon variant="subtle" color="gray" size="sm" aria-label={w("moveDown", { what: name })} disabled={index === list.length - 1} onClick={act(moved(list, index, index + 1))}>
        <ArrowDown size={13} aria-hidden />
      </ActionIcon>
      <ActionIcon variant="subtle" color="gray" size="sm" aria-label={w("removeOne", { what: name })} onClick={act(list.filter((_, other) => other !== index))}>
        <Trash2 size={13} aria-hidden />
      </ActionIcon>
    </span>
  );
}
