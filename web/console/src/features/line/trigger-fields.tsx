import { ActionIcon, Button, Checkbox, NumberInput, Select, Switch, TagsInput, TextInput } from "@mantine/core";
import { Plus, X } from "lucide-react";
import { useTags } from "@/api/vocabulary";
import { Panel } from "@/components/page";
import styles from "@/features/line/line.module.css";
import { DAYS, type Draft, type Keyword, KINDS, MATCHES } from "@/features/line/replies";
import { useWords } from "@/features/line/words";

const OFFICE = { days: ["mon", "tue", "wed", "thu", "fri"], from: "09:00", until: "18:00", outside: false };

/** When a rule answers: to what, to whom, at which hours, and before which others. */
export function TriggerFields({ draft, change }: { draft: Draft; change: (draft: Draft) => void }) {
  const w = useWords();
  const tags = useTags().data ?? [];
  const hours = draft.hours;
  return (
    <Panel title={w("reply.when")}>
      <div className={styles["stack"]}>
        <TextInput label={w("reply.name")} maxLength={200} value={draft.name} onChange={(event) => change({ ...draft, name: event.currentTarget.value })} />
        <Select
          label={w("reply.kind")}
          comboboxProps={{ keepMounted: false }}
          data={KINDS.map((kind) => ({ value: kind, label: w(`on.${kind}`) }))}
          value={draft.kind}
          onChange={(kind) => change({ ...draft, kind: kind ?? "keywords" })}
        />
        {draft.kind === "keywords" ? <Keywords of={draft.keywords} change={(keywords) => change({ ...draft, keywords })} /> : null}
        {draft.kind === "postback" ? (
          <TextInput label={w("reply.data")} description={w("reply.dataWhy")} maxLength={300} value={draft.data} onChange={(event) => change({ ...draft, data: event.currentTarget.value })} />
        ) : null}
        <Select
          label={w("reply.toWhom")}
          comboboxProps={{ keepMounted: false }}
          data={[
            { value: "", label: w("rule.everybody") },
            { value: "yes", label: w("rule.bound") },
            { value: "no", label: w("rule.unbound") },
          ]}
          value={draft.bound}
          onChange={(bound) => change({ ...draft, bound: bound ?? "" })}
        />
        <Switch label={w("reply.hours")} checked={hours !== null} onChange={(event) => change({ ...draft, hours: event.currentTarget.checked ? OFFICE : null })} />
        {hours ? (
          <>
            <Checkbox.Group label={w("reply.days")} value={hours.days} onChange={(days) => change({ ...draft, hours: { ...hours, days } })}>
              <div className={styles["row"]}>
                {DAYS.map((day) => (
                  <Checkbox key={day} value={day} label={w(`day.${day}`)} />
                ))}
              </div>
            </Checkbox.Group>
            <div className={styles["row"]}>
              <TextInput type="time" label={w("reply.from")} value={hours.from} onChange={(event) => change({ ...draft, hours: { ...hours, from: event.currentTarget.value } })} />
              <TextInput type="time" label={w("reply.until")} value={hours.until} onChange={(event) => change({ ...draft, hours: { ...hours, until: event.currentTarget.value } })} />
              <Switch label={w("reply.outside")} checked={hours.outside} onChange={(event) => change({ ...draft, hours: { ...hours, outside: event.currentTarget.checked } })} />
            </div>
          </>
        ) : null}
        <TagsInput label={w("reply.tags")} data={tags} maxTags={20} value={draft.tags} onChange={(chosen) => change({ ...draft, tags: chosen })} data-data />
        <div className={styles["row"]}>
          <NumberInput label={w("reply.rank")} description={w("reply.rankWhy")} min={0} max={10_000} value={draft.rank} onChange={(rank) => change({ ...draft, rank: Number(rank) || 0 })} />
          <Switch label={w("reply.goesOn")} checked={draft.goesOn} onChange={(event) => change({ ...draft, goesOn: event.currentTarget.checked })} />
        </div>
        <Switch label={w("reply.unbinds")} description={<UnbindsWhy />} checked={draft.unbinds} onChange={(event) => change({ ...draft, unbinds: event.currentTarget.checked })} />
      </div>
    </Panel>
  );
}

function UnbindsWhy() {
  const w = useWords();
  return (
    <>
      {w("reply.unbindsWhy")} <code data-data>tieline:unbind</code>
    </>
  );
}

function Keywords({ of, change }: { of: Keyword[]; change: (keywords: Keyword[]) => void }) {
  const w = useWords();
  const put = (index: number, values: Partial<Keyword>) => change(of.map((one, at) => (at === index ? { ...one, ...values } : one)));
  return (
    <div className={styles["keywords"]}>
      {of.map((keyword, index) => (
        <div key={index} className={styles["row"]}>
          <Select
            aria-label={w("reply.match")}
            w={140}
            comboboxProps={{ keepMounted: false }}
            data={MATCHES.map((match) => ({ value: match, label: w(`match.${match}`) }))}
            value={keyword.match}
            onChange={(match) => put(index, { match: match ?? "contains" })}
          />
          <TextInput className={styles["grow"] ?? ""} aria-label={w("reply.text")} placeholder={w("reply.textHint")} maxLength={100} value={keyword.text} onChange={(event) => put(index, { text: event.currentTarget.value })} />
          <ActionIcon variant="subtle" color="gray" aria-label={w("reply.removeKeyword")} disabled={of.length === 1} onClick={() => change(of.filter((_, at) => at !== index))}>
            <X size={15} aria-hidden />
          </ActionIcon>
        </div>
      ))}
      <Button variant="default" size="compact-sm" w="fit-content" leftSection={<Plus size={14} aria-hidden />} onClick={() => change([...of, { match: "contains", text: "" }])}>
        {w("reply.addKeyword")}
      </Button>
    </div>
  );
}
