import { Textarea } from "@mantine/core";
import { useState } from "react";
import { useWords } from "@/features/journeys/words";

interface JsonFieldProps {
  label: string;
  value: unknown;
  change: (value: unknown) => void;
  error?: string | undefined;
}

const shown = (value: unknown) => (value === undefined ? "" : JSON.stringify(value, null, 2));

/** A value as it is written for programs. It is taken over once it can be read. */
export function JsonField({ label, value, change, error }: JsonFieldProps) {
  const w = useWords();
  const [typed, setTyped] = useState({ text: shown(value), of: value });
  const text = typed.of === value ? typed.text : shown(value);
  const [broken, setBroken] = useState(false);

  function put(next: string) {
    let read: unknown;
    try {
      read = next.trim() === "" ? undefined : JSON.parse(next);
      setBroken(false);
    } catch {
      setTyped({ text: next, of: value });
      setBroken(true);
      return;
    }
    setTyped({ text: next, of: read });
    change(read);
  }

  return (
    <Textarea
      label={label}
      error={broken ? w("noJson") : error}
      value={text}
      onChange={(event) => put(event.currentTarget.value)}
      autosize
      minRows={2}
      maxRows={12}
      styles={{ input: { fontFamily: "var(--mono)", fontSize: "12px" } }}
      data-data
    />
  );
}
