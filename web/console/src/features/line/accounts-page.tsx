import { Button } from "@mantine/core";
import { Cable, CircleAlert, CircleCheck, CircleHelp, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { type Account, useAccounts } from "@/api/accounts";
import { useMay } from "@/api/me";
import { AsOf } from "@/components/figure";
import { Mark, type Tone } from "@/components/mark";
import { Page, Panel } from "@/components/page";
import { Blank, Failed, Waiting } from "@/components/states";
import { Connect } from "@/features/line/connect";
import { ImportFriends } from "@/features/line/import-friends";
import { type SetUp, useCall, useSetUp } from "@/features/line/line";
import styles from "@/features/line/line.module.css";
import { LoginForm } from "@/features/line/login-form";
import { useWords as useLoginWords } from "@/features/line/login-words";
import { RenewForm } from "@/features/line/renew-form";
import { SharingForm } from "@/features/line/sharing-form";
import { useWords as useSharingWords } from "@/features/line/sharing-words";
import { useCodes, useWords } from "@/features/line/words";
import { useLanguage } from "@/lib/language";

export function AccountsPage() {
  const w = useWords();
  const may = useMay()("line.write");
  const accounts = useAccounts();
  const [connecting, setConnecting] = useState(false);
  const connect = may ? <Button onClick={() => setConnecting(true)}>{w("connect")}</Button> : null;
  return (
    <Page title={w("accounts")} lead={w("accounts.lead")} actions={accounts.data?.accounts.length ? connect : null}>
      {accounts.data ? (
        accounts.data.accounts.length ? (
          <div className={styles["stack"]}>
            {accounts.data.accounts.map((account) => (
              <One key={account.key} account={account} may={may} />
            ))}
          </div>
        ) : (
          <Blank icon={Cable} title={w("accounts.none")} action={connect}>
            {w("accounts.noneWhy")}
          </Blank>
        )
      ) : accounts.error ? (
        <Failed error={accounts.error} retry={() => void accounts.refetch()} />
      ) : (
        <Waiting />
      )}
      {connecting ? <Connect close={() => setConnecting(false)} /> : null}
    </Page>
  );
}

const TONES: Record<string, Tone> = { ok: "good", warning: "warn", problem: "bad" };

function One({ account, may }: { account: Account; may: boolean }) {
  const w = useWords();
  const code = useCodes();
  const found = useSetUp(account.key);
  const call = useCall(account.key);
  const l = useLoginWords();
  const s = useSharingWords();
  const [open, setOpen] = useState<"login" | "sharing" | "renew" | null>(null);
  return (
    <Panel
      title={account.name}
      aside={
        <>
          {found.data ? <Mark tone={TONES[found.data.state] ?? "plain"}>{code("setup", found.data.state)}</Mark> : null}
          {found.data ? <AsOf at={found.data.as_of} /> : null}
        </>
      }
    >
      <dl className={styles["facts"]}>
        <dt>Webhook URL</dt>
        <dd data-data>
          <code>{account.webhook_url}</code>
        </dd>
        <dt>Channel ID</dt>
        <dd data-data>{account.channel_id}</dd>
        <dt>Provider ID</dt>
        <dd data-data>{account.provider_id}</dd>
      </dl>
      {found.data ? (
        <Checks of={found.data} />
      ) : found.error ? (
        <Failed error={found.error} retry={() => void found.refetch()} small />
      ) : (
        <Waiting rows={4} height={28} />
      )}
      {call.error ? <Failed error={call.error} small /> : null}
      <div className={styles["row"]}>
        <Button variant="default" loading={found.isFetching} onClick={() => void found.refetch()}>
          {w("checkAgain")}
        </Button>
        <Button variant="default" loading={call.isPending} onClick={() => call.mutate()}>
          {w("callUs")}
        </Button>
        {may ? (
          <>
            <ImportFriends account={account.key} />
            <Button variant="default" onClick={() => setOpen("login")}>
              {l("login")}
            </Button>
            <Button variant="default" onClick={() => setOpen("sharing")}>
              {s("sharing")}
            </Button>
            <Button variant="default" onClick={() => setOpen("renew")}>
              {l("renew")}
            </Button>
          </>
        ) : null}
      </div>
      {open === "login" ? <LoginForm account={account.key} close={() => setOpen(null)} /> : null}
      {open === "sharing" ? <SharingForm account={account.key} close={() => setOpen(null)} /> : null}
      {open === "renew" ? <RenewForm account={account.key} close={() => setOpen(null)} /> : null}
    </Panel>
  );
}

const ICONS = { ok: CircleCheck, warning: TriangleAlert, problem: CircleAlert, unknown: CircleHelp } as const;

function Checks({ of }: { of: SetUp }) {
  const code = useCodes();
  const language = useLanguage();
  return (
    <ul className={styles["checks"]}>
      {of.checks.map((one) => {
        const Icon = ICONS[one.state as keyof typeof ICONS] ?? CircleHelp;
        // The server says it in Chinese, with what it read; in other languages the same in fewer words.
        const ours = language === "zh-TW" ? "" : code("check", `${one.check}.${one.state}`);
        return (
          <li key={one.check} className={styles[`is-${one.state}`]}>
            <Icon size={16} aria-label={code("setup", one.state)} />
            <div>
              <span data-data>{ours || one.sentence}</span>
              {one.way_out && !ours ? <div className={styles["soft"]}><span data-data>{one.way_out}</span></div> : null}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
