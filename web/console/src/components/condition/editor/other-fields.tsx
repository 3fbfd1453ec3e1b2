import { Autocomplete, Select } from "@mantine/core";
import { useAccountNames } from "@/api/names";
import { useSegments } from "@/api/segments";
import { useDescribe } from "@/components/condition/describe";
import { useNames } from "@/components/names";
import styles from "@/components/condition/editor/editor.module.css";
import { DATE_OPS, needsValue, type OtherRow, type SegmentRow, type TagRow, type TraitRow } from "@/components/condition/editor/draft";
import type { ConsentRow, FriendRow } from "@/components/condition/editor/draft";
import { TEXT_OPS } from "@/components/condition/editor/draft";
import { useVocabulary } from "@/api/vocabulary";
import { useWords } from "@/components/condition/editor/words";

interface Fields<R> {
  row: R;
  change: (values: Partial<R>) => void;
}

export function TraitFields({ row, change }: Fields<TraitRow>) {
  const w = useWords();
  const names = useNames();
  const traits = useVocabulary().data?.traits ?? {};
  const known = Object.entries(traits).flatMap(([path, { kind }]) => (kind === "list" ? [] : [path]));
  const data = row.trait && !known.includes(row.trait) ? [row.trait, ...known] : known;
  return (
    <div className={styles["fields"]}>
      <span className={styles["kind"]}>{w("trait")}</span>
      <Select
        aria-label={w("trait")}
        placeholder={w("chooseTrait")}
        searchable
        w={170}
        data={data.map((name) => ({ value: name, label: names.trait(name) }))}
        value={row.trait || null}
        onChange={(trait) => change({ trait: trait ?? "" })}
        data-data
      />
      <Select
        aria-label={w("operator")}
        w={140}
        data={[...TEXT_OPS, ...DATE_OPS].map((op) => ({ value: op, label: w(`op.${op}`) }))}
        value={row.op}
        onChange={(op) => change({ op: op ?? "eq", value: op === "month_is" ? "current" : row.value })}
      />
      {row.op === "month_is" ? (
        <Select
          aria-label={w("month")}
          w={110}
          data={[{ value: "current", label: w("thisMonth") }, ...Array.from({ length: 12 }, (_, at) => String(at + 1))]}
          value={row.value}
          onChange={(value) => change({ value: value ?? "current" })}
        />
      ) : needsValue(row.op) ? (
        <Autocomplete
          aria-label={w("value")}
          placeholder={w("value")}
          w={190}
          data={traits[row.trait]?.examples ?? []}
          value={row.value}
          onChange={(value) => change({ value })}
          data-data
        />
      ) : null}
    </div>
  );
}

export function TagFields({ row, change }: Fields<TagRow>) {
  const w = useWords();
  return (
    <div className={styles["fields"]}>
      <span className={styles["kind"]}>{w("tag")}</span>
      <Autocomplete
        aria-label={w("tag")}
        placeholder={w("chooseTag")}
        w={240}
        data={useVocabulary().data?.tags ?? []}
        value={row.tag}
        onChange={(tag) => change({ tag })}
        data-data
      />
    </div>
  );
}

export function SegmentFields({ row, change, except }: Fields<SegmentRow> & { except: string }) {
  const w = useWords();
  const segments = useSegments().data?.segments ?? [];
  return (
    <div className={styles["fields"]}>
      <span className={styles["kind"]}>{w("segment")}</span>
      <Select
        aria-label={w("segment")}
        placeholder={w("chooseSegment")}
        searchable
        w={320}
        data={segments.filter(({ key }) => key !== except).map(({ key, name }) => ({ value: key, label: name }))}
        value={row.segment || null}
        onChange={(segment) => change({ segment: segment ?? "" })}
        data-data
      />
    </div>
  );
}

export function FriendFields({ row, change }: Fields<FriendRow>) {
  const w = useWords();
  const names = useAccountNames();
  return (
    <div className={styles["fields"]}>
      <span className={styles["kind"]}>{w("add.friend")}</span>
      <Select
        aria-label={w("account")}
        placeholder={w("chooseAccount")}
        w={240}
        data={(useVocabulary().data?.accounts ?? []).map((key) => ({ value: key, label: names[key] ?? key }))}
        value={row.account || null}
        onChange={(account) => change({ account: account ?? "" })}
        data-data
      />
    </div>
  );
}

export function ConsentFields({ row, change }: Fields<ConsentRow>) {
  const w = useWords();
  return (
    <div className={styles["fields"]}>
      <span className={styles["kind"]}>{w("add.consent")}</span>
      <Select
        aria-label={w("purpose")}
        w={150}
        data={(["marketing", "service"] as const).map((one) => ({ value: one, label: w(`purpose.${one}`) }))}
        value={row.purpose}
        onChange={(purpose) => change({ purpose: purpose ?? "marketing" })}
      />
      <Select
        aria-label={w("channel")}
        w={130}
        data={(["line", "email", "sms"] as const).map((one) => ({ value: one, label: w(`channel.${one}`) }))}
        value={row.channel}
        onChange={(channel) => change({ channel: channel ?? "line" })}
      />
    </div>
  );
}

/** What the form has no fields for: said in words, and kept exactly as it is. */
export function OtherFields({ row, names }: { row: OtherRow; names: Record<string, string> }) {
  const w = useWords();
  const describe = useDescribe(names);
  return (
    <div className={styles["fields"]}>
      <span className={styles["kind"]}>{w("advanced")}</span>
      <span data-data>{describe(row.condition)}</span>
    </div>
  );
}
