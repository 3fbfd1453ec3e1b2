import { Button, CopyButton, Modal, PasswordInput, Select, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Problem } from "@/api/problem";
import { useSaid } from "@/api/sentences/said";
import { Failed } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import { type NewAccount, useConnect } from "@/features/line/line";
import styles from "@/features/line/line.module.css";
import { useCodes, useWords } from "@/features/line/words";

const EMPTY: NewAccount = { key: "", name: "", provider_id: "", channel_id: "", channel_secret: "", bot_user_id: "", price_plan: "tw-high" };
const FIELDS = ["name", "key", "provider_id", "channel_id", "bot_user_id"] as const;
const PLANS = ["tw-light", "tw-medium", "tw-high", "jp-standard", "th-pro"];

/** Connect a LINE Official Account with what LINE's own console shows, then say what to enter there. */
export function Connect({ close }: { close: () => void }) {
  const w = useWords();
  const code = useCodes();
  const common = useCommon();
  const connect = useConnect();
  const [form, setForm] = useState(EMPTY);
  const said = useSaid();
  const problem = connect.error instanceof Problem ? connect.error : null;
  const wrong = (name: string) => problem !== null && problem.field === `/${name}`;

  function submit(event: FormEvent) {
    event.preventDefault();
    connect.mutate(form);
  }

  if (connect.data)
    return (
      <Modal opened onClose={close} title={w("connected")} closeButtonProps={{ "aria-label": common("close") }}>
        <div className={styles["stack"]}>
          <p className={styles["line"]}>{w("connectedWhy")}</p>
          <div className={styles["row"]}>
            <TextInput className={styles["grow"] ?? ""} label="Webhook URL" readOnly value={connect.data.webhook_url} />
            <CopyButton value={connect.data.webhook_url}>
              {({ copied, copy }) => (
                <Button variant="default" onClick={copy}>
                  {copied ? common("copied") : common("copy")}
                </Button>
              )}
            </CopyButton>
          </div>
          <Button onClick={close}>{common("close")}</Button>
        </div>
      </Modal>
    );
  return (
    <Modal opened onClose={close} title={w("connect")} closeButtonProps={{ "aria-label": common("close") }}>
      <form className={styles["stack"]} onSubmit={submit}>
        <p className={styles["soft"]}>{w("connectWhy")}</p>
        {FIELDS.map((name) => (
          <TextInput
            key={name}
            label={code("account", name)}
            description={name === "key" ? w("keyWhy") : null}
            required
            withAsterisk={false}
            maxLength={100}
            value={form[name]}
            error={problem && wrong(name) ? said(problem.message, problem.wayOut) : null}
            onChange={(event) => setForm({ ...form, [name]: event.currentTarget.value })}
          />
        ))}
        <PasswordInput
          label="Channel secret"
          description={w("secretWhy")}
          required
          withAsterisk={false}
          autoComplete="off"
          value={form.channel_secret}
          onChange={(event) => setForm({ ...form, channel_secret: event.currentTarget.value })}
        />
        <Select
          label={w("plan")}
          comboboxProps={{ keepMounted: false }}
          data={PLANS.map((plan) => ({ value: plan, label: code("plan", plan) }))}
          value={form.price_plan}
          onChange={(plan) => plan && setForm({ ...form, price_plan: plan })}
        />
        {connect.error && !FIELDS.some(wrong) ? <Failed error={connect.error} small /> : null}
        <Button type="submit" loading={connect.isPending}>
          {w("connect")}
        </Button>
      </form>
    </Modal>
  );
}
