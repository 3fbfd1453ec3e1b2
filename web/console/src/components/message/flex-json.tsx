import { Textarea } from "@mantine/core";
import { useState } from "react";
import { useDraft } from "@/components/message/draft";
import styles from "@/components/message/message.module.css";
import { isObject, read } from "@/components/message/tree";
import { useWords } from "@/components/message/words";

/** The contents as JSON. What is no object yet stays in the box and changes nothing. */
export function FlexJson({ at }: { at: string }) {
  const w = useWords();
  const { messages, set } = useDraft();
  const [typed, setTyped] = useState(() => JSON.stringify(read(messages, at) ?? {}, null, 2));
  const [wrong, setWrong] = useState(false);
  return (
    <Textarea
      label={w("json")}
      description={w("jsonWhy")}
      classNames={{ input: styles["json"] ?? "" }}
      rows={20}
      spellCheck={false}
      value={typed}
      error={wrong ? w("jsonWrong") : null}
      onChange={(event) => {
        const text = event.currentTarget.value;
        setTyped(text);
        const found = parsed(text);
        setWrong(found === undefined);
        if (found) set(at, found);
      }}
      data-data
    />
  );
}

/** An object, or undefined. A whole Flex message is taken for its contents: that is how LINE's own tools give it. */
function parsed(text: string): object | undefined {
  try {
    const found: unknown = JSON.parse(text);
    if (!isObject(found)) return undefined;
    return found["type"] === "flex" && isObject(found["contents"]) ? found["contents"] : found;
  } catch {
    return undefined;
  }
}
