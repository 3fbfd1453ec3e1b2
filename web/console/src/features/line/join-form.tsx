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
  const tags = useTags().data ?? [];
  const said = join?.messages?.[0]?.["text"];
  // What was said in more than one text bubble was not made by this form, and stays as it is.
  const plain = !join?.messages || (join.messages.length === 1 && typeof said === "string");
  const [form, setForm] = useState({
    name: join?.name ?? "",
    store: join?.store ?? "",
    staff: join?.staff ?? "",
    tags: join?.tags ?? [],
    welcome: typeof said === "string" ? said : "",
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    const messages = plain ? (form.welcome.trim() ? [{ type: "text", text: form.welcome }] : null) : (join?.messages as { type: string; text: string }[]);
    const { name, store, staff } = form;
    save.mutate({ key: join?.key ?? `join-${Date.now().toString(36)}`, name, store, staff, tags: form.tags, messages }, { onSuccess: close });
  }

  return (
    <Modal opened onClose={close} title={join ? w("join.edit") : w("join.create")} closeButtonProps={{ "aria-label": common("close") }}>
      <form className={styles["stack"]} onSubmit={submit}>
        <TextInput label={w("join.name")} placeholder={w("join.nameHint")} required withAsterisk={false} maxLength={100} value={form.name} onChange={(event) => setForm({ ...form, name: event.currentTarget.value })} />
        <div className={styles["row"]}>
          <TextInput className={styles["grow"] ?? ""} label={w("join.store")} maxLength={100} value={form.store} onChange={(event) => setForm({ ...form, store: event.currentTarget.value })} />
          <TextInput className={styles["grow"] ?? ""} label={w("join.staff")} maxLength={100} value={form.staff} onChange={(event) => setForm({ ...form, staff: event.currentTarget.value })} />
        </div>
        <TagsInput label={w("join.tags")} description={w("join.tagsWhy")} data={tags} maxTags={10} value={form.tags} onChange={(chosen) => setForm({ ...form, tags: chosen })} data-data />
        {plain ? (
          <Textarea label={w("join.welcome")} description={w("join.welcomeWhy")} rows={3} maxLength={5000} value={form.welcome} onChange={(event) => setForm({ ...form, welcome: event.currentTarget.value })} />
        ) : (
          <p className={styles["soft"]}>{w("join.welcomeKept")}</p>
        )}
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
