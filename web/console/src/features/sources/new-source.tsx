import { Button, Modal, Select, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { Problem } from "@/api/problem";
import { useSaid } from "@/api/sentences/said";
import { Failed } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import { KINDS, useMakeSource } from "@/features/sources/sources";
import styles from "@/features/sources/sources.module.css";
import { useCodes, useWords } from "@/features/sources/words";

/** Ask what a source is called, then lead to how it is set up. */
export function NewSource({ close }: { close: () => void }) {
  const w = useWords();
  const common = useCommon();
  const code = useCodes();
  const navigate = useNavigate();
  const make = useMakeSource();
  const [form, setForm] = useState({ name: "", key: "", kind: "web" });
  const said = useSaid();
  const wrong = make.error instanceof Problem && make.error.field === "/key" ? make.error : null;

  function submit(event: FormEvent) {
    event.preventDefault();
    make.mutate(form, { onSuccess: ({ key }) => void navigate(`/sources/${encodeURIComponent(key)}`) });
  }

  return (
    <Modal opened onClose={close} title={w("make")} closeButtonProps={{ "aria-label": common("close") }}>
      <form className={styles["stack"]} onSubmit={submit}>
        <Select
          label={w("kind")}
          comboboxProps={{ keepMounted: false }}
          data={KINDS.map((kind) => ({ value: kind, label: code("kind", kind) }))}
          value={form.kind}
          onChange={(kind) => kind && setForm({ ...form, kind })}
        />
        <TextInput
          label={w("name")}
          placeholder={w("nameHint")}
          required
          withAsterisk={false}
          value={form.name}
          onChange={(event) => setForm({ ...form, name: event.currentTarget.value })}
        />
        <TextInput
          label={w("key")}
          description={w("keyWhy")}
          required
          withAsterisk={false}
          maxLength={80}
          value={form.key}
          error={wrong && said(wrong.message, wrong.wayOut)}
          onChange={(event) => setForm({ ...form, key: event.currentTarget.value })}
        />
        {make.error && !wrong ? <Failed error={make.error} small /> : null}
        <Button type="submit" loading={make.isPending}>
          {w("submit")}
        </Button>
      </form>
    </Modal>
  );
}
