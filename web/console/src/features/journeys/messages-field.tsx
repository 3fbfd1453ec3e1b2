import { ActionIcon, Button, Input, Select, Textarea } from "@mantine/core";
import { Plus, X } from "lucide-react";
import { useMessages } from "@/api/messages";
import styles from "@/features/journeys/form.module.css";
import { JsonField } from "@/features/journeys/json-field";
import { useWords } from "@/features/journeys/words";

type Message = Record<string, unknown>;

const BUBBLES_MAX = 5;
const TEXT_MAX = 5_000;

interface MessagesFieldProps {
  value: unknown;
  change: (messages: Message[]) => void;
  error?: string | undefined;
}

/** What is sent: texts are written here, everything else is taken from the library of messages or shown as it is written. */
export function MessagesField({ value, change, error }: MessagesFieldProps) {
  const w = useWords();
  const library = useMessages();
  const messages = Array.isArray(value) ? (value as Message[]) : [];
  const put = (at: number, message: Message) => change(messages.map((one, other) => (other === at ? message : one)));
  const kept = library.data?.messages ?? [];
  return (
    <Input.Wrapper label={w("field.messages")} error={error} labelElement="div">
      <div className={styles["stack"]}>
        {kept.length ? (
          <Select
            aria-label={w("fromLibrary")}
            placeholder={w("fromLibrary")}
            searchable
            value={null}
            data={kept.map(({ key, name }) => ({ value: key, label: name }))}
            onChange={(key) => {
              const chosen = kept.find((one) => one.key === key);
              if (chosen) change(structuredClone(chosen.messages));
            }}
            data-data
          />
        ) : null}
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
              <div>
                <p className={styles["alt"]} data-data>
                  {typeof message["altText"] === "string" ? message["altText"] : ""}
                </p>
                <JsonField label={w("bubbleJson", { number: at + 1 })} value={message} change={(next) => put(at, (next ?? message) as Message)} />
              </div>
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
        <Button
          variant="subtle"
          size="compact-xs"
          className={styles["begin"] ?? ""}
          leftSection={<Plus size={13} aria-hidden />}
          disabled={messages.length >= BUBBLES_MAX}
          onClick={() => change([...messages, { type: "text", text: "" }])}
        >
          {w("addBubble", { count: BUBBLES_MAX })}
        </Button>
        <p className={styles["faint"]}>{w("mergeWhy")}</p>
      </div>
    </Input.Wrapper>
  );
}
