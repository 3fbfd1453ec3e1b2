import { ActionIcon, Button, Input, Textarea } from "@mantine/core";
import { Plus, Smartphone, X } from "lucide-react";
import { useState } from "react";
import { MessageDialog } from "@/components/message/dialog";
import { BLANKS, BUBBLES_MAX, firstWords, kindOf } from "@/components/message/kinds";
import { LibrarySelect } from "@/components/message/library-select";
import type { Json } from "@/components/message/tree";
import { useCodes } from "@/components/message/words";
import styles from "@/features/journeys/form.module.css";
import { useWords } from "@/features/journeys/words";

const TEXT_MAX = 5_000;

interface MessagesFieldProps {
  value: unknown;
  change: (messages: Json[]) => void;
  error?: string | undefined;
}

/** What is sent: texts are written here; the composer opens over the canvas for everything else. */
export function MessagesField({ value, change, error }: MessagesFieldProps) {
  const w = useWords();
  const code = useCodes();
  const [composing, compose] = useState(false);
  const messages = Array.isArray(value) ? (value as Json[]) : [];
  const put = (at: number, message: Json) => change(messages.map((one, other) => (other === at ? message : one)));
  return (
    <Input.Wrapper label={w("field.messages")} error={error} labelElement="div">
      <div className={styles["stack"]}>
        <LibrarySelect take={change} />
        {messages.map((message, at) => (
          <div key={at} className={styles["bubble"]}>
            {message["type"] === "text" ? (
              <Textarea
                aria-label={w("bubble", { number: at + 1 })}
                placeholder={w("bubbleText")}
                value={typeof message["text"] === "string" ? message["text"] : ""}
                maxLength={TEXT_MAX}
                autosize
                minRows={2}
                onChange={(event) => put(at, { ...message, text: event.currentTarget.value })}
                data-data
              />
            ) : (
              <p className={styles["alt"]}>
                {code("kind", kindOf(message))}
                <br />
                <span data-data>{firstWords([message])}</span>
              </p>
            )}
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={w("removeBubble", { number: at + 1 })}
              disabled={messages.length < 2}
              onClick={() => change(messages.filter((_, other) => other !== at))}
            >
              <X size={14} aria-hidden />
            </ActionIcon>
          </div>
        ))}
        <div className={styles["row"]}>
          <Button variant="default" size="compact-sm" leftSection={<Smartphone size={14} aria-hidden />} onClick={() => compose(true)}>
            {w("compose")}
          </Button>
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<Plus size={13} aria-hidden />}
            disabled={messages.length >= BUBBLES_MAX}
            onClick={() => change([...messages, BLANKS.text])}
          >
            {w("addBubble", { count: BUBBLES_MAX })}
          </Button>
        </div>
        <p className={styles["faint"]}>{w("mergeWhy")}</p>
        {composing ? <MessageDialog messages={messages} take={change} close={() => compose(false)} /> : null}
      </div>
    </Input.Wrapper>
  );
}
