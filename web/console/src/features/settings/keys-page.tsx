import { Button, Modal } from "@mantine/core";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { Page, Panel } from "@/components/page";
import { Blank, Failed, Waiting } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import { type Key, type Keys, useKeys, useRevoke } from "@/features/settings/keys";
import { useWords } from "@/features/settings/keys-words";
import { MakeKey } from "@/features/settings/make-key";
import styles from "@/features/settings/settings.module.css";
import { useCodes } from "@/features/settings/words";
import { useFormat } from "@/lib/format";

export function KeysPage() {
  const w = useWords();
  const keys = useKeys();
  const [making, setMaking] = useState(false);
  const make = <Button onClick={() => setMaking(true)}>{w("make")}</Button>;
  return (
    <Page title={w("title")} lead={w("lead")} actions={keys.data?.keys.length ? make : null}>
      {keys.data?.keys.length ? (
        <List of={keys.data} />
      ) : keys.data ? (
        <Blank icon={KeyRound} title={w("none")} action={make}>
          {w("noneWhy")}
        </Blank>
      ) : keys.error ? (
        <Failed error={keys.error} retry={() => void keys.refetch()} />
      ) : (
        <Waiting />
      )}
      {making ? <MakeKey scopes={keys.data?.scopes ?? []} close={() => setMaking(false)} /> : null}
    </Page>
  );
}

function List({ of }: { of: Keys }) {
  const w = useWords();
  const code = useCodes();
  const format = useFormat();
  const [revoking, setRevoking] = useState<Key | null>(null);
  return (
    <Panel title={w("keys")}>
      <div className={styles["scroll"]}>
        <table className={styles["table"]}>
          <thead>
            <tr>
              <th scope="col">{w("name")}</th>
              <th scope="col">{w("scopes")}</th>
              <th scope="col">{w("used")}</th>
              <th scope="col">{w("expires")}</th>
              <th scope="col" aria-label={w("revoke")} />
            </tr>
          </thead>
          <tbody>
            {of.keys.map((key) => (
              <tr key={key.key_id}>
                <td data-data>
                  {key.name}
                  <div className={`${styles["mono"]} ${styles["soft"]}`}>{key.shown}</div>
                </td>
                <td>{key.scopes.map((scope) => code("scope", scope)).join("、")}</td>
                <td className={styles["soft"]}>{key.last_used_at ? format.ago(key.last_used_at) : w("neverUsed")}</td>
                <td className={styles["soft"]}>{key.expires_at ? format.date(key.expires_at) : w("noEnd")}</td>
                <td className={styles["end"]}>
                  <Button variant="subtle" color="red" size="compact-sm" onClick={() => setRevoking(key)}>
                    {w("revoke")}
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {revoking ? <Revoking which={revoking} close={() => setRevoking(null)} /> : null}
    </Panel>
  );
}

function Revoking({ which, close }: { which: Key; close: () => void }) {
  const w = useWords();
  const common = useCommon();
  const revoke = useRevoke();
  return (
    <Modal opened onClose={close} title={w("revokeTitle", { name: which.name })} closeButtonProps={{ "aria-label": common("close") }}>
      <p>{w("revokeWhy")}</p>
      {revoke.error ? <Failed error={revoke.error} small /> : null}
      <div className={styles["row"]}>
        <Button color="red" loading={revoke.isPending} onClick={() => revoke.mutate(which.key_id, { onSuccess: close })}>
          {w("revoke")}
        </Button>
        <Button variant="default" onClick={close}>
          {common("cancel")}
        </Button>
      </div>
    </Modal>
  );
}
