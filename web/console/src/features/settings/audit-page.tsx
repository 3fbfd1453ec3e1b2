import { Alert, Button, Select } from "@mantine/core";
import { ScrollText } from "lucide-react";
import { useState } from "react";
import { Page, Panel } from "@/components/page";
import { Blank, Failed, Waiting } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import { type AuditLine, useAudit, useAuditCheck } from "@/features/settings/audit";
import { useWords } from "@/features/settings/audit-words";
import styles from "@/features/settings/settings.module.css";
import { useCodes } from "@/features/settings/words";
import { useFormat } from "@/lib/format";

const KINDS = [
  "session", "members", "keys", "people", "identity", "segments", "journeys", "messages", "broadcasts", "sources", "imports", "line",
  "channels", "cost", "settings",
] as const;

export function AuditPage() {
  const w = useWords();
  const common = useCommon();
  const [kind, setKind] = useState("");
  const audit = useAudit(kind);
  const lines = audit.data?.pages.flatMap((page) => page.lines) ?? [];
  return (
    <Page title={w("title")} lead={w("lead")} actions={<Check />}>
      <Panel>
        <div className={styles["filters"]}>
          <Select
            label={w("kind")}
            w={220}
            data={[{ value: "", label: w("all") }, ...KINDS.map((one) => ({ value: one, label: w(`of.${one}`) }))]}
            value={kind}
            onChange={(value) => setKind(value ?? "")}
          />
        </div>
        {audit.error ? (
          <Failed error={audit.error} retry={() => void audit.refetch()} />
        ) : !audit.data ? (
          <Waiting rows={8} />
        ) : lines.length ? (
          <Lines of={lines} />
        ) : (
          <Blank icon={ScrollText} title={w("none")} small>
            {w("noneWhy")}
          </Blank>
        )}
        {audit.hasNextPage ? (
          <Button variant="default" mt="md" loading={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
            {common("more")}
          </Button>
        ) : null}
      </Panel>
    </Page>
  );
}

function Check() {
  const w = useWords();
  const [wanted, setWanted] = useState(false);
  const check = useAuditCheck(wanted);
  if (check.error) return <Failed error={check.error} small />;
  if (check.data)
    return (
      <Alert color={check.data.whole ? "green" : "red"} role="status" py={8}>
        {check.data.whole ? w("whole", { count: check.data.lines }) : w("broken", { number: check.data.broken_at ?? 0 })}
      </Alert>
    );
  return (
    <Button variant="default" loading={check.isFetching} onClick={() => setWanted(true)}>
      {w("check")}
    </Button>
  );
}

function Lines({ of }: { of: AuditLine[] }) {
  const w = useWords();
  const code = useCodes();
  const format = useFormat();
  const named = (line: AuditLine) =>
    line.actor_name || (line.actor === "nobody" ? w("nobody") : line.actor === "system" ? w("system") : line.actor);
  const action = (line: AuditLine) => {
    const own = code("action", line.action);
    return own === line.action ? code("scope", line.action) : own;
  };
  return (
    <div className={styles["scroll"]}>
      <table className={styles["table"]}>
        <thead>
          <tr>
            <th scope="col">{w("when")}</th>
            <th scope="col">{w("who")}</th>
            <th scope="col">{w("what")}</th>
            <th scope="col">{w("thing")}</th>
            <th scope="col">{w("outcome")}</th>
          </tr>
        </thead>
        <tbody>
          {of.map((line) => (
            <tr key={line.number}>
              <td className={styles["soft"]}>
                <time dateTime={line.at}>{format.moment(line.at)}</time>
              </td>
              <td data-data>{named(line)}</td>
              <td>{action(line)}</td>
              <td className={styles["mono"]} data-data>
                {line.thing}
                {line.detail ? <div className={styles["soft"]}>{line.detail}</div> : null}
              </td>
              <td>
                <span className={`${styles["chip"]} ${styles[line.outcome === "done" ? "good" : "bad"]}`}>
                  {line.outcome === "done" ? w("done") : w("refused")}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
