import type { Kind } from "@/features/journeys/definition";

/** What a kind of step that is dragged carries with it. */
export const DRAGGED = "application/x-tieline-step";

const GROUPED: Record<string, readonly string[]> = {
  send: ["send_line", "send", "coupon"],
  wait: ["wait", "wait_until_time", "wait_until_date", "wait_for_event", "split_by_button"],
  split: ["condition", "random_split", "ab_test", "holdout"],
  data: ["tag", "set_trait", "rich_menu", "audience", "webhook", "start_journey", "leave_journey"],
  end: ["goal", "exit"],
};
const KNOWN = new Set(Object.values(GROUPED).flat());

/** Kinds of steps by what one wants to do; those that are new to us come last. */
export const GROUPS: readonly { name: string; kinds: (all: readonly Kind[]) => Kind[] }[] = [
  ...Object.entries(GROUPED).map(([name, mine]) => ({
    name,
    kinds: (all: readonly Kind[]) => mine.flatMap((kind) => all.filter((one) => one.kind === kind)),
  })),
  { name: "other", kinds: (all: readonly Kind[]) => all.filter(({ kind }) => !KNOWN.has(kind)) },
];
