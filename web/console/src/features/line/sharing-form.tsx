import { Button, CopyButton, Modal, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Mark } from "@/components/mark";
import { Failed, Waiting } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import styles from "@/features/line/line.module.css";
import { type Forward, useAddForward, useDropForward, useForwards, useGiveKey, useReplay } from "@/features/line/sharing";
import { useWords } from "@/features/line/sharing-words";

const KEY = "[a-z0-9][a-z0-9_\\-]{0,50}";

/** Which other tools share the account: who gets its webhooks, and a key by which they send. */
export function SharingForm({ account, close }: { account: string; close: () => void }) {
  const w = useWords();
  const common = useCommon();
  const found = useForwards(account);
  return (
    <Modal opened onClose={close} title={w("sharing")} closeButtonProps={{ "aria-label": common("close") }}>
      <div className={styles["stack"]}>
        <p className={styles["soft"]}>{w("sharingWhy")}</p>
        <section className={styles["stack"]} aria-label={w("forwards")}>
          {found.data ? (
            found.data.forwards.length ? (
              found.data.forwards.map((one) => <One key={one.key} account={account} of={one} />)
            ) : (
              <p className={styles["line"]}>{w("none")}</p>
            )
          ) : found.error ? (
            <Failed error={found.error} retry={() => void found.refetch()} small />
          ) : (
            <Waiting rows={2} height={32} />
          )}
          <Add account={account} />
        </section>
        <Tool account={account} />
      </div>
    </Modal>
  );
}

function One({ account, of }: { account: string; of: Forward }) {
  const w = useWords();
  const replay = useReplay(account);
  const drop = useDropForward(account);
  const error = replay.error ?? drop.error;
  return (
    <div className={styles["stack"]}>
      <div className={styles["row"]}>
        <div className={styles["grow"]}>
          <strong data-data>{of.key}</strong>
          <div className={styles["soft"]} data-data>
            {of.url}
          </div>
          <div className={styles["marks"]}>
            {of.waiting ? <Mark tone="warn">{w("waiting", { count: of.waiting })}</Mark> : null}
            {of.dead ? <Mark tone="bad">{w("dead", { count: of.dead })}</Mark> : null}
          </div>
        </div>
        {of.dead ? (
          <Button variant="default" size="xs" loading={replay.isPending} onClick={() => replay.mutate(of.key)}>
            {w("replay")}
          </Button>
        ) : null}
        <Button variant="subtle" color="red" size="xs" loading={drop.isPending} onClick={() => drop.mutate(of.key)}>
          {w("drop")}
        </Button>
      </div>
      {error ? <Failed error={error} small /> : null}
    </div>
  );
}

function Add({ account }: { account: string }) {
  const w = useWords();
  const add = useAddForward(account);
  const [form, setForm] = useState({ key: "", url: "" });

  function submit(event: FormEvent) {
    event.preventDefault();
    add.mutate(form, { onSuccess: () => setForm({ key: "", url: "" }) });
  }

  return (
    <form className={styles["stack"]} onSubmit={submit}>
      <TextInput label={w("key")} description={w("keyWhy")} required withAsterisk={false} pattern={KEY} value={form.key} onChange={(event) => setForm({ ...form, key: event.currentTarget.value })} />
      <TextInput label={w("url")} type="url" placeholder="https://" required withAsterisk={false} maxLength={500} data-data value={form.url} onChange={(event) => setForm({ ...form, url: event.currentTarget.value })} />
      {add.error ? <Failed error={add.error} small /> : null}
      <Button type="submit" variant="default" loading={add.isPending}>
        {w("add")}
      </Button>
    </form>
  );
}

function Tool({ account }: { account: string }) {
  const w = useWords();
  const give = useGiveKey(account);
  const [name, setName] = useState("");

  function submit(event: FormEvent) {
    event.preventDefault();
    give.mutate(name);
  }

  return (
    <section className={styles["stack"]} aria-label={w("tools")}>
      <form className={styles["row"]} onSubmit={submit}>
        <TextInput className={styles["grow"] ?? ""} label={w("tools")} description={w("toolsWhy")} required withAsterisk={false} pattern={KEY} value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <Button type="submit" variant="default" loading={give.isPending}>
          {w("give")}
        </Button>
      </form>
      {give.error ? <Failed error={give.error} small /> : null}
      {give.data ? (
        <>
          <Shown label={w("token")} value={give.data.channel_access_token} />
          <Shown label={w("api")} value={give.data.api_url} />
        </>
      ) : null}
    </section>
  );
}

function Shown({ label, value }: { label: string; value: string }) {
  const common = useCommon();
  return (
    <div className={styles["row"]}>
      <TextInput className={styles["grow"] ?? ""} label={label} readOnly value={value} data-data />
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Button variant="default" onClick={copy}>
            {copied ? common("copied") : common("copy")}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}
