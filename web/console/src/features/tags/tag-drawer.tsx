import { Button, Drawer, NumberInput, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";
import { Failed } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import { People } from "@/features/tags/people";
import { Remove } from "@/features/tags/remove";
import { type Tag, useDescribe } from "@/features/tags/tags";
import styles from "@/features/tags/tags.module.css";
import { useWords } from "@/features/tags/words";

interface Props {
  /** null: a new one. */
  tag: Tag | null;
  may: boolean;
  close: () => void;
}

/** One tag: what it means, who uses it, and putting it on many people at once. */
export function TagDrawer({ tag, may, close }: Props) {
  const w = useWords();
  const common = useCommon();
  return (
    <Drawer opened onClose={close} size="lg" title={<span data-data={tag ? true : undefined}>{tag ? tag.name : w("create")}</span>} closeButtonProps={{ "aria-label": common("close") }}>
      <div className={styles["stack"]}>
        <Describe tag={tag} may={may} close={close} />
        {tag ? <People tag={tag} may={may} /> : null}
        {tag && may ? <Remove tag={tag} close={close} /> : null}
      </div>
    </Drawer>
  );
}

function Describe({ tag, may, close }: Props) {
  const w = useWords();
  const common = useCommon();
  const describe = useDescribe();
  const [form, setForm] = useState({
    name: tag?.name ?? "",
    owner: tag?.owner ?? "",
    purpose: tag?.purpose ?? "",
    expires_after_days: tag?.expires_after_days ?? null,
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    describe.mutate(
      { key: tag?.key ?? form.name.trim(), ...form },
      {
        onSuccess: () => {
          notifications.show({ message: w("saved") });
          if (!tag) close();
        },
      },
    );
  }

  return (
    <form className={styles["stack"]} onSubmit={submit}>
      <TextInput label={w("name")} required withAsterisk={false} maxLength={200} disabled={!may} value={form.name} onChange={(event) => setForm({ ...form, name: event.currentTarget.value })} />
      <Textarea label={w("purpose")} placeholder={w("purposeHint")} autosize minRows={2} maxLength={1_000} disabled={!may} value={form.purpose} onChange={(event) => setForm({ ...form, purpose: event.currentTarget.value })} />
      <div className={styles["pair"]}>
        <TextInput label={w("owner")} maxLength={200} disabled={!may} value={form.owner} onChange={(event) => setForm({ ...form, owner: event.currentTarget.value })} />
        <NumberInput
          label={w("expiresDays")}
          placeholder={w("neverExpires")}
          min={1}
          max={3_650}
          allowDecimal={false}
          disabled={!may}
          value={form.expires_after_days ?? ""}
          onChange={(days) => setForm({ ...form, expires_after_days: days === "" ? null : Number(days) })}
        />
      </div>
      {describe.error ? <Failed error={describe.error} small /> : null}
      {may ? (
        <Button type="submit" className={styles["begin"] ?? ""} loading={describe.isPending}>
          {common("save")}
        </Button>
      ) : null}
    </form>
  );
}
