import { ActionIcon, Button, NumberInput, Select, Switch, Tabs, TextInput } from "@mantine/core";
import { Plus, Trash2 } from "lucide-react";
import { useAccounts } from "@/api/accounts";
import { Editor } from "@/components/message/editor";
import { useFaults } from "@/components/message/faults";
import { LibrarySelect } from "@/components/message/library-select";
import { MergeMenu } from "@/components/message/merge-menu";
import { Panel } from "@/components/page";
import styles from "@/features/broadcasts/broadcasts.module.css";
import { type Draft, type Lack, LETTERS, type Variant, VARIANTS_MAX } from "@/features/broadcasts/draft";
import { useWords } from "@/features/broadcasts/words";

interface Props {
  draft: Draft;
  put: (values: Partial<Draft>) => void;
  strict: boolean;
  lacks: readonly Lack[];
  variant: number;
  choose: (variant: number) => void;
}

/** What it says; in up to five ways, to learn which is better. */
export function ContentStep({ draft, put, strict, lacks, variant, choose }: Props) {
  const at = Math.min(variant, draft.variants.length - 1);
  const chosen = draft.variants[at] ?? { name: "A", share: 0, messages: [] };
  const faults = useFaults(chosen.messages);
  const change = (values: Partial<Variant>) =>
    put({ variants: draft.variants.map((one, index) => (index === at ? { ...one, ...values } : one)) });
  return (
    <Editor
      key={at}
      messages={chosen.messages}
      change={(messages) => change({ messages })}
      faults={faults}
      strict={strict}
      head={
        <Panel>
          <div className={styles["stack"]}>
            <Basics draft={draft} put={put} lacks={lacks} />
            <Variants draft={draft} put={put} at={at} choose={choose} lacks={lacks} change={change} />
            <div className={styles["tools"]}>
              <LibrarySelect take={(messages) => change({ messages })} />
              <MergeMenu />
            </div>
          </div>
        </Panel>
      }
    />
  );
}

function Basics({ draft, put, lacks }: Pick<Props, "draft" | "put" | "lacks">) {
  const w = useWords();
  const accounts = useAccounts().data?.accounts ?? [];
  return (
    <div className={styles["pair"]}>
      <TextInput
        label={w("name")}
        placeholder={w("nameHint")}
        maxLength={200}
        value={draft.name}
        error={lacks.includes("name") ? w("lack.name") : null}
        onChange={(event) => put({ name: event.currentTarget.value })}
      />
      <Select
        label={w("account")}
        comboboxProps={{ keepMounted: false }}
        data={accounts.map(({ key, name }) => ({ value: key, label: name }))}
        value={draft.account || null}
        error={lacks.includes("account") ? w("lack.account") : null}
        onChange={(account) => put({ account: account ?? "" })}
        data-data
      />
    </div>
  );
}

interface VariantsProps extends Pick<Props, "draft" | "put" | "lacks" | "choose"> {
  at: number;
  change: (values: Partial<Variant>) => void;
}

function Variants({ draft, put, at, choose, lacks, change }: VariantsProps) {
  const w = useWords();
  const { variants, trial } = draft;
  const chosen = variants[at];
  const many = variants.length > 1;
  function add() {
    const name = LETTERS.find((letter) => !variants.some((one) => one.name === letter)) ?? String(variants.length + 1);
    put({ variants: [...variants, { name, share: 0, messages: structuredClone(chosen?.messages ?? []) }] });
    choose(variants.length);
  }
  const more =
    variants.length < VARIANTS_MAX ? (
      <Button variant="subtle" size="compact-sm" leftSection={<Plus size={14} aria-hidden />} onClick={add}>
        {w(many ? "variantMore" : "variantFirst")}
      </Button>
    ) : null;
  if (!many || !chosen) return <div className={styles["tools"]}>{more}</div>;
  return (
    <>
      <div className={styles["tabs"]}>
        <Tabs value={String(at)} onChange={(next) => choose(Number(next))} variant="pills">
          <Tabs.List aria-label={w("variants")}>
            {variants.map((one, index) => (
              <Tabs.Tab key={one.name} value={String(index)}>
                {w("variant", { name: one.name })}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Tabs>
        {more}
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={w("variantRemove", { name: chosen.name })}
          onClick={() => {
            const left = variants.filter((_, index) => index !== at).map((one) => ({ ...one, share: 0 }));
            put({ variants: left, trial: left.length > 1 ? trial : null });
            choose(0);
          }}
        >
          <Trash2 size={15} aria-hidden />
        </ActionIcon>
      </div>
      <NumberInput
        label={w("share", { name: chosen.name })}
        description={w("shareWhy")}
        suffix="%"
        min={0}
        max={100}
        allowDecimal={false}
        value={chosen.share}
        error={lacks.includes("shares") ? w("lack.shares") : null}
        onChange={(share) => change({ share: Number(share) })}
      />
      <Switch
        label={w("trial")}
        description={w("trialWhy")}
        checked={trial !== null}
        onChange={(event) => put({ trial: event.currentTarget.checked ? { percent: 20, hours: 4 } : null })}
      />
      {trial ? (
        <div className={styles["pair"]}>
          <NumberInput label={w("trialPercent")} suffix="%" min={1} max={99} allowDecimal={false} value={trial.percent} onChange={(percent) => put({ trial: { ...trial, percent: Number(percent) } })} />
          <NumberInput label={w("trialHours")} min={1} max={72} allowDecimal={false} value={trial.hours} onChange={(hours) => put({ trial: { ...trial, hours: Number(hours) } })} />
        </div>
      ) : null}
    </>
  );
}
