import { Select } from "@mantine/core";
import { useMessages } from "@/api/messages";
import type { Json } from "@/components/message/tree";
import { useWords } from "@/components/message/words";

/** Take a copy of messages that the library keeps; not shown while it keeps none. */
export function LibrarySelect({ take }: { take: (messages: Json[]) => void }) {
  const w = useWords();
  const kept = useMessages().data?.messages ?? [];
  if (kept.length === 0) return null;
  return (
    <Select
      aria-label={w("fromLibrary")}
      placeholder={w("fromLibrary")}
      searchable
      comboboxProps={{ keepMounted: false }}
      value={null}
      data={kept.map(({ key, name }) => ({ value: key, label: name }))}
      onChange={(key) => {
        const chosen = kept.find((one) => one.key === key);
        if (chosen) take(structuredClone(chosen.messages));
      }}
      data-data
    />
  );
}
