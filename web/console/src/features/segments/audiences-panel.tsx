import { Button, Select, Switch } from "@mantine/core";
import { useState } from "react";
import { useAccounts } from "@/api/accounts";
import { type Audience, useAudiencesOf, useMakeAudience } from "@/api/audiences";
import { useMay } from "@/api/me";
import { Mark } from "@/components/mark";
import { Panel } from "@/components/page";
import { Failed } from "@/components/states";
import styles from "@/features/segments/segment-page.module.css";
import type { Segment } from "@/features/segments/segments";
import { useCodes, useWords } from "@/features/segments/words";
import { useFormat } from "@/lib/format";

/** The segment as an audience at LINE: where there is one, how far it is, and how to make one. */
export function Audiences({ segment }: { segment: Segment }) {
  const w = useWords();
  const may = useMay();
  const accounts = useAccounts().data?.accounts ?? [];
  const found = useAudiencesOf(segment.key, accounts.map(({ key }) => key));
  if (accounts.length === 0 || found.pending) return null;
  const named = (key: string) => accounts.find((one) => one.key === key)?.name ?? key;
  return (
    <Panel title={w("audiences")}>
      {found.audiences.length ? (
        <ul className={styles["plain"]}>
          {found.audiences.map((one) => (
            <Line key={one.account + one.key} audience={one} account={named(one.account)} />
          ))}
        </ul>
      ) : (
        <p className={styles["note"]}>{w("noAudience")}</p>
      )}
      {found.error ? <Failed error={found.error} small /> : null}
      {may("line.write") && segment.computed_at ? (
        <Make segment={segment.key} accounts={accounts.map(({ key, name }) => ({ value: key, label: name }))} />
      ) : null}
    </Panel>
  );
}

function Line({ audience, account }: { audience: Audience; account: string }) {
  const w = useWords();
  const code = useCodes();
  const format = useFormat();
  const tone = audience.state === "ready" ? "good" : audience.state === "failed" ? "bad" : "plain";
  return (
    <li className={styles["audience"]}>
      <span data-data>{account}</span>
      <strong>{w("people", { count: audience.people })}</strong>
      <Mark tone={tone}>{code("audience", audience.state)}</Mark>
      <span className={styles["faint"]}>
        {audience.in_step ? w("inStep") : w("asOf", { when: format.moment(audience.snapshot_at) })}
        {audience.withdrawn ? ` · ${w("withdrawn", { count: audience.withdrawn })}` : null}
      </span>
    </li>
  );
}

function Make({ segment, accounts }: { segment: string; accounts: { value: string; label: string }[] }) {
  const w = useWords();
  const make = useMakeAudience();
  const [account, setAccount] = useState(accounts[0]?.value ?? "");
  const [inStep, setInStep] = useState(true);
  return (
    <div className={styles["make"]}>
      {accounts.length > 1 ? (
        <Select
          aria-label={w("audienceOf")}
          data={accounts}
          value={account}
          onChange={(key) => setAccount(key ?? account)}
          allowDeselect={false}
          data-data
        />
      ) : null}
      <Switch label={w("follow")} checked={inStep} onChange={(event) => setInStep(event.currentTarget.checked)} />
      <Button variant="default" loading={make.isPending} onClick={() => make.mutate({ account, segment, inStep })}>
        {w("makeAudience")}
      </Button>
      {make.error ? <Failed error={make.error} small /> : null}
    </div>
  );
}
