import { Button, PasswordInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";
import { Problem } from "@/api/problem";
import { useSaid } from "@/api/sentences/said";
import { Panel } from "@/components/page";
import { Failed } from "@/components/states";
import styles from "@/features/settings/settings.module.css";
import { useChangePassword } from "@/features/settings/workspace";
import { useWords } from "@/features/settings/workspace-words";

/** Change one's own password. */
export function Password() {
  const w = useWords();
  const change = useChangePassword();
  const [form, setForm] = useState({ current: "", new: "" });
  const place = change.error instanceof Problem ? change.error.field : undefined;
  const said = useSaid();
  const wrong = change.error instanceof Problem ? said(change.error.message, change.error.wayOut) : null;

  function submit(event: FormEvent) {
    event.preventDefault();
    change.mutate(form, {
      onSuccess: () => {
        setForm({ current: "", new: "" });
        notifications.show({ message: w("changed") });
      },
    });
  }

  return (
    <Panel title={w("password")}>
      <form className={styles["form"]} onSubmit={submit}>
        <PasswordInput
          label={w("current")}
          autoComplete="current-password"
          required
          withAsterisk={false}
          visibilityToggleButtonProps={{ "aria-label": w("show") }}
          value={form.current}
          error={place === "/current" ? wrong : null}
          onChange={(event) => setForm({ ...form, current: event.currentTarget.value })}
        />
        <PasswordInput
          label={w("new")}
          description={w("newWhy")}
          autoComplete="new-password"
          required
          withAsterisk={false}
          visibilityToggleButtonProps={{ "aria-label": w("show") }}
          value={form.new}
          error={place === "/new" ? wrong : null}
          onChange={(event) => setForm({ ...form, new: event.currentTarget.value })}
        />
        {change.error && place !== "/current" && place !== "/new" ? <Failed error={change.error} small /> : null}
        <div>
          <Button type="submit" variant="default" loading={change.isPending}>
            {w("change")}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
