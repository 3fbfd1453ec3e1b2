import { Button } from "@mantine/core";
import { Cable } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { useMay } from "@/api/me";
import { Page, Panel } from "@/components/page";
import { Blank, Failed, Waiting } from "@/components/states";
import { NewSource } from "@/features/sources/new-source";
import { type Source, useFreshness, useSources } from "@/features/sources/sources";
import styles from "@/features/sources/sources.module.css";
import { useCodes, useWords } from "@/features/sources/words";
import { useFormat } from "@/lib/format";

export function SourcesPage() {
  const w = useWords();
  const may = useMay()("sources.write");
  const sources = useSources();
  const [making, setMaking] = useState(false);
  const make = may ? <Button onClick={() => setMaking(true)}>{w("make")}</Button> : null;
  return (
    <Page title={w("title")} lead={w("lead")} actions={make}>
      {sources.data?.length ? (
        <List of={sources.data} />
      ) : sources.data ? (
        <Blank icon={Cable} title={w("nothing")} action={make} />
      ) : sources.error ? (
        <Failed error={sources.error} retry={() => void sources.refetch()} />
      ) : (
        <Waiting />
      )}
      {making ? <NewSource close={() => setMaking(false)} /> : null}
    </Page>
  );
}

function List({ of }: { of: Source[] }) {
  const w = useWords();
  const code = useCodes();
  const format = useFormat();
  const freshness = useFreshness();
  return (
    <Panel>
      <table className={styles["table"]}>
        <thead>
          <tr>
            <th scope="col">{w("name")}</th>
            <th scope="col">{w("kind")}</th>
            <th scope="col">{w("last")}</th>
            <th scope="col">{w("today")}</th>
            <th scope="col">{w("state")}</th>
          </tr>
        </thead>
        <tbody>
          {of.map((source) => {
            const fresh = freshness.data?.get(source.key);
            const state = fresh?.state ?? (freshness.error ? "unreadable" : "");
            return (
              <tr key={source.key}>
                <td data-data>
                  <Link className={styles["link"]} to={`/sources/${encodeURIComponent(source.key)}`}>
                    {source.name}
                  </Link>
                </td>
                <td>{code("kind", source.kind)}</td>
                <td className={styles["soft"]}>{fresh?.last_event_at ? format.ago(fresh.last_event_at) : "–"}</td>
                <td>{fresh?.events_today === null || fresh === undefined ? "–" : format.number(fresh.events_today)}</td>
                <td>{state ? <span className={`${styles["chip"]} ${styles[state] ?? ""}`}>{code("state", state)}</span> : null}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Panel>
  );
}
