import { Autocomplete, Select, TextInput } from "@mantine/core";
import { useSegments } from "@/api/segments";
import { useTags } from "@/api/vocabulary";
import { Panel } from "@/components/page";
import styles from "@/features/line/line.module.css";
import type { Rule } from "@/features/line/menus";
import { localOf, momentOf } from "@/lib/moments";
import { useWords } from "@/features/line/words";

/** Who sees a menu: everybody whom nothing else fits, those of a rule, or only who switches to it. */
export function RuleFields({ rule, change }: { rule: Rule; change: (rule: Rule) => void }) {
  const w = useWords();
  const segments = useSegments().data?.segments ?? [];
  const tags = useTags().data ?? [];
  const kind = rule.is_default ? "default" : rule.by_rule ? "rule" : "tab";
  return (
    <Panel title={w("rule")}>
      <div className={styles["stack"]}>
        <Select
          label={w("rule.kind")}
          comboboxProps={{ keepMounted: false }}
          data={(["default", "rule", "tab"] as const).map((one) => ({ value: one, label: w(`rule.is.${one}`) }))}
          value={kind}
          onChange={(one) => change({ ...rule, is_default: one === "default", by_rule: one === "rule" })}
        />
        {kind === "rule" ? (
          <>
            <Select
              label={w("rule.inSegment")}
              searchable
              comboboxProps={{ keepMounted: false }}
              data={[{ value: "", label: w("rule.any") }, ...segments.map(({ key, name }) => ({ value: key, label: name }))]}
              value={rule.segment ?? ""}
              onChange={(key) => change({ ...rule, segment: key || null })}
              data-data
            />
            <Autocomplete label={w("rule.hasTag")} placeholder={w("rule.any")} data={tags} value={rule.tag ?? ""} onChange={(tag) => change({ ...rule, tag: tag || null })} />
            <Select
              label={w("rule.binding")}
              comboboxProps={{ keepMounted: false }}
              data={[
                { value: "", label: w("rule.any") },
                { value: "yes", label: w("rule.bound") },
                { value: "no", label: w("rule.unbound") },
              ]}
              value={rule.bound === null ? "" : rule.bound ? "yes" : "no"}
              onChange={(value) => change({ ...rule, bound: value ? value === "yes" : null })}
            />
            <div className={styles["row"]}>
              <TextInput type="datetime-local" label={w("rule.starts")} value={localOf(rule.starts_at)} onChange={(event) => change({ ...rule, starts_at: momentOf(event.currentTarget.value) })} />
              <TextInput type="datetime-local" label={w("rule.ends")} value={localOf(rule.ends_at)} onChange={(event) => change({ ...rule, ends_at: momentOf(event.currentTarget.value) })} />
            </div>
          </>
        ) : (
          <p className={styles["soft"]}>{w(`rule.why.${kind}`)}</p>
        )}
      </div>
    </Panel>
  );
}
