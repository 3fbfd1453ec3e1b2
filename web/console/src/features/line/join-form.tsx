import { Button, Modal, TagsInput, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTags } from "@/api/vocabulary";
import { Failed } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import { type Join, useArchiveJoin, useSaveJoin } from "@/features/line/joins";
import styles from "@/features/line/line.module.css";
import { useWords } from "@/features/line/words";

/** A way in: what it is called, where and with whom it hangs, and what is said to who comes by it. */
export function JoinForm({ account, join, close }: { account: string; join: Join | null; close: () => void }) {
  const w = useWords();
  const common = useCommon();
  const save = useSaveJoin(account);
  const archive = useArchiveJoin(account);
  const known = useTags().data ?? [];
  const [form, setForm] = useState({
    name: join?.name ?? "",
    store: join?.store ?? "",
    staff: join?.staff ?? "",
    tags: join?.tags ?? [],
    welcome: textOf(join?.messages),
    again: textOf(join?.messages_again),
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    const { name, store, staff, tags } = form;
    const said = { messages: saidBy(form.welcome, join?.messages), messages_again: saidBy(form.again, join?.messages_again) };
    save.mutate({ key: join?.key ?? `join-${Date.now().toString(36)}`, name, store, staff, tags, ...said }, { onSuccess: close });
  }

  return (
    <Modal opened onClose={close} title={join ? w("join.edit") : w("join.create")} closeButtonProps={{ "aria-label": common("close") }}>
      <form className={styles["stack"]} onSubmit={submit}>
        <TextInput label={w("join.name")} placeholder={w("join.nameHint")} required withAsterisk={false} maxLength={100} value={form.name} onChange={(event) => setForm({ ...form, name: event.currentTarget.value })} />
        <div className={styles["row"]}>
          <TextInput className={styles["grow"] ?? ""} label={w("join.store")} maxLength={100} value={form.store} onChange={(event) => setForm({ ...form, store: event.currentTarget.value })} />
          <TextInput className={styles["grow"] ?? ""} label={w("join.staff")} maxLength={100} value={form.staff} onChange={(event) => setForm({ ...form, staff: event.currentTarget.value })} />
        </div>
        <TagsInput label={w("join.tags")} description={w("join.tagsWhy")} data={known} maxTags={10} value={form.tags} onChange={(chosen) => setForm({ ...form, tags: chosen })} data-data />
        <Welcome label={w("join.welcome")} why={w("join.welcomeWhy")} kept={join?.messages} value={form.welcome} change={(welcome) => setForm({ ...form, welcome })} />
        <Welcome label={w("join.again")} why={w("join.againWhy")} kept={join?.messages_again} value={form.again} change={(again) => setForm({ ...form, again })} />
        {save.error ? <Failed error={save.error} small /> : null}
        {archive.error ? <Failed error={archive.error} small /> : null}
        <div className={styles["row"]}>
          <Button type="submit" loading={save.isPending}>
            {common("save")}
          </Button>
          {join ? (
            <Button variant="subtle" color="red" loading={archive.isPending} title={w("join.archiveWhy")} onClick={() => archive.mutate(join.key, { onSuccess: close })}>
              {w("join.archive")}
            </Button>
          ) : null}
        </div>
        {join ? <p className={styles["soft"]}>{w("join.archiveWhy")}</p> : null}
      </form>
    </Modal>
  );
}

type Kept = Join["messages"] | undefined;

/** Whether messages are one plain text: whatever else was not made by this form, and stays as it is. */
function isPlain(kept: Kept): boolean {
  return !kept || (kept.length === 1 && typeof kept[0]?.["text"] === "string");
}

function textOf(kept: Kept): string {
  const text = kept?.[0]?.["text"];
  return isPlain(kept) && typeof text === "string" ? text : "";
}

function saidBy(text: string, kept: Kept): NonNullable<Kept> | null {
  if (!isPlain(kept)) return kept ?? null;
  return text.trim() ? [{ type: "text", text }] : null;
}

function Welcome({ label, why, kept, value, change }: { label: string; why: string; kept: Kept; value: string; change: (text: string) => void }) {
  const w = useWords();
  if (!isPlain(kept)) return <p className={styles["soft"]}>{w("join.welcomeKept")}</p>;
  return <Textarea label={label} description={why} rows={3} maxLength={5000} value={value} onChange={(event) => change(event.currentTarget.value)} />;
}
