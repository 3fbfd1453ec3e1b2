import { Button, CopyButton, Modal, PasswordInput, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Problem } from "@/api/problem";
import { useSaid } from "@/api/sentences/said";
import { Failed, Waiting } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import styles from "@/features/line/line.module.css";
import { type Addresses, useLogin, useSaveLogin } from "@/features/line/login";
import { useCodes, useWords } from "@/features/line/login-words";

const FIELDS = ["channel_id", "provider_id", "liff_id"] as const;
const SHOWN = ["callback_url", "liff_endpoint", "bind_url", "unbind_url"] as const;

/** The login channel of an account, and the addresses that go to LINE and into the shop. */
export function LoginForm({ account, close }: { account: string; close: () => void }) {
  const w = useWords();
  const common = useCommon();
  const found = useLogin(account);
  return (
    <Modal opened onClose={close} title={w("login")} closeButtonProps={{ "aria-label": common("close") }}>
      <div className={styles["stack"]}>
        <p className={styles["soft"]}>{w("loginWhy")}</p>
        {found.data ? (
          <>
            <Entered account={account} of={{ channel_id: "", provider_id: "", liff_id: "", ...found.data.login }} />
            <Where of={found.data.addresses} account={account} />
          </>
        ) : found.error ? (
          <Failed error={found.error} retry={() => void found.refetch()} small />
        ) : (
          <Waiting rows={4} height={40} />
        )}
      </div>
    </Modal>
  );
}

function Entered({ account, of }: { account: string; of: Record<(typeof FIELDS)[number], string> }) {
  const w = useWords();
  const said = useSaid();
  const save = useSaveLogin(account);
  const [form, setForm] = useState({ ...of, channel_secret: "" });
  const problem = save.error instanceof Problem ? save.error : null;
  const wrong = FIELDS.find((name) => problem?.field === `/${name}`);

  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate(form);
  }

  return (
    <form className={styles["stack"]} onSubmit={submit}>
      {FIELDS.map((name) => (
        <TextInput
          key={name}
          label={w(name)}
          description={name === "liff_id" ? w("liff_id.why") : null}
          required={name !== "liff_id"}
          withAsterisk={false}
          maxLength={100}
          value={form[name]}
          error={problem && wrong === name ? said(problem.message, problem.wayOut) : null}
          onChange={(event) => setForm({ ...form, [name]: event.currentTarget.value })}
        />
      ))}
      <PasswordInput label="Channel secret" description={w("secretWhy")} required withAsterisk={false} autoComplete="off" maxLength={100} value={form.channel_secret} onChange={(event) => setForm({ ...form, channel_secret: event.currentTarget.value })} />
      {save.error && !wrong ? <Failed error={save.error} small /> : null}
      <Button type="submit" loading={save.isPending}>
        {w("save")}
      </Button>
    </form>
  );
}

function Where({ of, account }: { of: Addresses; account: string }) {
  const w = useWords();
  const code = useCodes();
  const frame = `<iframe src="${of.button_url}" title="LINE ${account}" width="280" height="56" style="border:0"></iframe>`;
  return (
    <section className={styles["stack"]} aria-label={w("addresses")}>
      {SHOWN.map((name) => (
        <Copied key={name} label={code("at", name)} value={of[name]} />
      ))}
      <Textarea label={w("embed")} description={w("embedWhy")} readOnly rows={3} value={frame} data-data />
      <Copy value={frame} />
    </section>
  );
}

function Copied({ label, value }: { label: string; value: string }) {
  return (
    <div className={styles["row"]}>
      <TextInput className={styles["grow"] ?? ""} label={label} readOnly value={value} data-data />
      <Copy value={value} />
    </div>
  );
}

function Copy({ value }: { value: string }) {
  const common = useCommon();
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Button variant="default" onClick={copy}>
          {copied ? common("copied") : common("copy")}
        </Button>
      )}
    </CopyButton>
  );
}
