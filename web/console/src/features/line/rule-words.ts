import { useSegmentNames } from "@/api/segments";
import type { Rule } from "@/features/line/menus";
import { useWords } from "@/features/line/words";
import { useFormat } from "@/lib/format";

/** Who sees a menu, as a sentence. */
export function useRuleWords(): (rule: Rule) => string {
  const w = useWords();
  const names = useSegmentNames();
  const format = useFormat();
  return (rule) => {
    if (rule.is_default) return w("rule.default");
    if (!rule.by_rule) return w("rule.tab");
    const parts = [
      rule.segment ? w("rule.segment", { name: names[rule.segment] ?? rule.segment }) : "",
      rule.tag ? w("rule.tag", { name: rule.tag }) : "",
      rule.bound === null ? "" : w(rule.bound ? "rule.bound" : "rule.unbound"),
    ].filter(Boolean);
    const who = parts.length ? parts.join(w("rule.and")) : w("rule.everybody");
    const from = rule.starts_at ? w("rule.from", { when: format.moment(rule.starts_at) }) : "";
    const until = rule.ends_at ? w("rule.until", { when: format.moment(rule.ends_at) }) : "";
    return [who, from, until].filter(Boolean).join(" · ");
  };
}
