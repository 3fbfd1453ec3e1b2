import { Button } from "@mantine/core";
import { Download } from "lucide-react";
import { useWords } from "@/components/words";
import { csvOf, download } from "@/lib/csv";

/** What a report shows, as a file. */
export function Export({ name, head, rows }: { name: string; head: string[]; rows: (string | number | null)[][] }) {
  const w = useWords();
  return (
    <Button
      variant="subtle"
      size="compact-xs"
      leftSection={<Download size={13} aria-hidden />}
      disabled={rows.length === 0}
      onClick={() => download(`tieline-${name}-${new Date().toISOString().slice(0, 10)}.csv`, csvOf(head, rows))}
    >
      {w("export")}
    </Button>
  );
}
