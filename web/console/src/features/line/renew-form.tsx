import { Button, Modal, PasswordInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";
import { Failed } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import styles from "@/features/line/line.module.css";
import { useRenewSecret } from "@/features/line/login";
import { useWords } from "@/features/line/login-words";

/** A channel secret that LINE issued anew. */
export function RenewForm({ account, close }: { account: string; close: () => void }) {
  const w = useWords();
  const common = useCommon();
  const renew = useRenewSecret(account);
  const [secret, setSecret] = useState("");

  function submit(event: FormEvent) {
    event.preventDefault();
    renew.mutate(secret.trim(), {
      onSuccess: () => {
        notifications.show({ message: w("renewed") });
        close();
      },
    });
  }

  return (
    <Modal opened onClose={close} title={w("renew")} closeButtonProps={{ "aria-label": common("close") }}>
      <form className={styles["stack"]} onSubmit={submit}>
        <p className={styles["soft"]}>{w("renewWhy")}</p>
        <PasswordInput label="Channel secret" description={w("secretWhy")} required withAsterisk={false} autoComplete="off" maxLength={100} value={secret} onChange={(event) => setSecret(event.currentTarget.value)} />
        {renew.error ? <Failed error={renew.error} small /> : null}
        <Button type="submit" loading={renew.isPending}>
          {w("renew")}
        </Button>
      </form>
    </Modal>
  );
}
