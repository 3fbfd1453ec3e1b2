import { Button, CopyButton, Modal, Select, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Problem } from "@/api/problem";
import { useSaid } from "@/api/sentences/said";
import { Failed } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import { type Members, useInvite } from "@/features/settings/members";
import { useWords } from "@/features/settings/members-words";
import styles from "@/features/settings/settings.module.css";
import { useCodes } from "@/features/settings/words";

/** Ask for an address and a role, then show the link, once. */
export function Invite({ roles, close }: { roles: Members["roles"]; close: () => void }) {
  const w = useWords();
  const common = useCommon();
  const code = useCodes();
  const invite = useInvite();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState("marketer");
  const said = useSaid();
  const wrong = invite.error instanceof Problem && invite.error.field === "/email" ? invite.error : null;

  function submit(event: FormEvent) {
    event.preventDefault();
    invite.mutate({ email, role });
  }

  return (
    <Modal opened onClose={close} title={invite.data ? w("linkTitle") : w("invite")} closeButtonProps={{ "aria-label": common("close") }}>
      {invite.data ? (
        <div className={styles["stack"]}>
          <p>{w("linkWhy", { email: invite.data.invitation.email })}</p>
          <TextInput label={w("link")} readOnly value={invite.data.link} classNames={{ input: styles["mono"] ?? "" }} />
          <div className={styles["row"]}>
            <CopyButton value={invite.data.link}>
              {({ copied, copy }) => <Button onClick={copy}>{copied ? common("copied") : common("copy")}</Button>}
            </CopyButton>
            <Button variant="default" onClick={close}>
              {w("done")}
            </Button>
          </div>
        </div>
      ) : (
        <form className={styles["form"]} onSubmit={submit}>
          <TextInput
            label={w("email")}
            required
            withAsterisk={false}
            inputMode="email"
            value={email}
            error={wrong && said(wrong.message, wrong.wayOut)}
            onChange={(event) => setEmail(event.currentTarget.value)}
            data-autofocus
          />
          <Select
            label={w("role")}
            data={roles.map((one) => ({ value: one.role, label: code("role", one.role) }))}
            value={role}
            onChange={(value) => value && setRole(value)}
            description={code("may", role)}
          />
          <p className={styles["soft"]}>{w("inviteWhy")}</p>
          {invite.error && !wrong ? <Failed error={invite.error} small /> : null}
          <Button type="submit" loading={invite.isPending}>
            {w("make")}
          </Button>
        </form>
      )}
    </Modal>
  );
}
