import { ActionIcon, Button, Menu } from "@mantine/core";
import { ArrowDown, ArrowUp, Copy, Plus, Trash2 } from "lucide-react";
import { Panel } from "@/components/page";
import { fieldsOf } from "@/components/message/fields";
import { elsewhere, type Flaw, isMissing } from "@/components/message/flaws";
import { Form } from "@/components/message/form";
import { BLANKS, BUBBLES_MAX, kindOf, KINDS } from "@/components/message/kinds";
import styles from "@/components/message/message.module.css";
import { Sentence } from "@/components/message/sentence";
import { type Json, moved } from "@/components/message/tree";
import { useCodes, useWords } from "@/components/message/words";

interface Props {
  messages: readonly Json[];
  flaws: readonly Flaw[];
  strict: boolean;
  change: (messages: Json[]) => void;
}

/** Up to five bubbles, each with the form of its kind. */
export function Bubbles({ messages, flaws, strict, change }: Props) {
  const w = useWords();
  return (
    <>
      {messages.map((message, index) => (
        <One key={index} message={message} index={index} count={messages.length} flaws={flaws} strict={strict} change={change} all={messages} />
      ))}
      <div className={styles["add"]}>
        {messages.length < BUBBLES_MAX ? <Add add={(blank) => change([...messages, blank])} /> : null}
        <span className={styles["note"]}>{w("bubbleCount", { count: messages.length, most: BUBBLES_MAX })}</span>
      </div>
    </>
  );
}

interface OneProps {
  message: Json;
  index: number;
  count: number;
  flaws: readonly Flaw[];
  strict: boolean;
  all: readonly Json[];
  change: (messages: Json[]) => void;
}

function One({ message, index, count, flaws, strict, all, change }: OneProps) {
  const w = useWords();
  const code = useCodes();
  const name = `${index + 1}. ${code("kind", kindOf(message))}`;
  const others = elsewhere(message, flaws, `/${index}`).filter((flaw) => strict || !isMissing(flaw));
  const parts = fieldsOf(message);
  return (
    <Panel
      title={name}
      aside={
        <div className={styles["tools"]}>
          <ActionIcon variant="subtle" color="gray" aria-label={w("moveUp", { what: name })} disabled={index === 0} onClick={() => change(moved(all, index, index - 1))}>
            <ArrowUp size={15} aria-hidden />
          </ActionIcon>
          <ActionIcon variant="subtle" color="gray" aria-label={w("moveDown", { what: name })} disabled={index === count - 1} onClick={() => change(moved(all, index, index + 1))}>
            <ArrowDown size={15} aria-hidden />
          </ActionIcon>
          {count < BUBBLES_MAX ? (
            <ActionIcon variant="subtle" color="gray" aria-label={w("copyOne", { what: name })} onClick={() => change(all.flatMap((one, at) => (at === index ? [one, one] : [one])))}>
              <Copy size={15} aria-hidden />
            </ActionIcon>
          ) : null}
          <ActionIcon variant="subtle" color="gray" aria-label={w("removeOne", { what: name })} onClick={() => change(all.filter((_, at) => at !== index))}>
            <Trash2 size={15} aria-hidden />
          </ActionIcon>
        </div>
      }
    >
      {parts.map(({ under, fields }) => (
        <Form key={under} fields={fields} at={`/${index}${under}`} />
      ))}
      {parts.every(({ fields }) => fields.length === 0) ? <p className={styles["note"]}>{w("noForm")}</p> : null}
      {others.length ? (
        <ul className={styles["flaws"]}>
          {others.map((flaw, at) => (
            <li key={at}>
              <Sentence of={flaw.sentence} /> <code>{flaw.pointer}</code>
            </li>
          ))}
        </ul>
      ) : null}
    </Panel>
  );
}

function Add({ add }: { add: (blank: Json) => void }) {
  const w = useWords();
  const code = useCodes();
  return (
    <Menu position="bottom-start" width={280}>
      <Menu.Target>
        <Button variant="default" leftSection={<Plus size={15} aria-hidden />}>
          {w("addBubble")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {KINDS.map((kind) => (
          <Menu.Item key={kind} onClick={() => add(BLANKS[kind])}>
            {code("kind", kind)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
