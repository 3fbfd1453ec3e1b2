import { Select } from "@mantine/core";
import { useWords } from "@/components/condition/editor/words";

const SPANS = ["7", "30", "90", "180", "365"] as const;

/** Over how many of the last days something counts; none: at any time. */
export function WithinField({ days, change }: { days: string; change: (days: string) => void }) {
  const w = useWords();
  const spans = [
    ...SPANS.map((span) => ({ value: span, label: w(`within.${span}`) })),
    { value: "", label: w("within.ever") },
  ];
  if (!spans.some(({ value }) => value === days))
    spans.unshift({ value: days, label: w("within.days", { count: Number(days) }) });
  return <Select aria-label={w("within")} w={132} data={spans} value={days} onChange={(span) => change(span ?? "")} />;
}
