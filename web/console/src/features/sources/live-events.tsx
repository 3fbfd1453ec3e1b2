import { Switch } from "@mantine/core";
import { Radio } from "lucide-react";
import { useState } from "react";
import { AsOf } from "@/components/figure";
import { Panel } from "@/components/page";
import { Blank, Failed, Waiting } from "@/components/states";
import { useCodes as useReasons } from "@/features/sources/reasons";
import { type SeenEvent, useEvents } from "@/features/sources/sources";
import styles from "@/features/sources/sources.module.css";
import { useWords } from "@/features/sources/words";
import { useFormat } from "@/lib/format";

/** The last events of a source, with what became of each; watched while the switch is on. */
export function LiveEvents({ source }: { source: string }) {
  const w = useWords();
  const [watching, setWatching] = useState(true);
  const events = useEvents(source, watching);
  return (
    <Panel
      title={w("live")}
      aside={
        <>
          {events.data ? <AsOf at={events.data.as_of} /> : null}
          <Switch label={w("watch")} checked={watching} onChange={(event) => setWatching(event.currentTarget.checked)} />
        </>
      }
    >
      {events.data?.events.length ? (
        <Events of={events.data.events} />
      ) : events.data ? (
        <Blank icon={Radio} title={w("nothing")} small>
          {w("nothingWhy")}
        </Blank>
      ) : events.error ? (
        <Failed error={events.error} retry={() => void events.refetch()} small />
      ) : (
        <Waiting rows={4} />
      )}
    </Panel>
  );
}

function Events({ of }: { of: SeenEvent[] }) {
  const w = useWords();
  const reason = useReasons();
  const format = useFormat();
  return (
    <table className={styles["table"]}>
      <thead>
        <tr>
          <th scope="col">{w("received")}</th>
          <th scope="col">{w("event")}</th>
          <th scope="col">{w("who")}</th>
          <th scope="col">{w("verdict")}</th>
        </tr>
      </thead>
      <tbody>
        {of.map((one) => (
          <tr key={`${one.log_offset}-${one.item}`}>
            <td className={styles["soft"]}>
              <time dateTime={one.received_at}>{format.moment(one.received_at)}</time>
            </td>
            <td data-data>
              <details>
                <summary>{one.event || one.type}</summary>
                <pre className={styles["code"]}>{JSON.stringify(one.type === "identify" ? one.traits : one.properties, null, 2)}</pre>
              </details>
            </td>
            <td>
              <ul className={styles["list"]}>
                {one.identifiers.map((name) => (
                  <li key={`${name.namespace} ${name.value}`}>
                    {reason("name", name.namespace.split(":")[0] ?? "")} <span data-data>{name.kept || name.value}</span>
                    {name.refused ? <span className={`${styles["chip"]} ${styles["silent"]}`}>{reason("why", name.refused)}</span> : null}
                  </li>
                ))}
              </ul>
            </td>
            <td>
              <span className={`${styles["chip"]} ${styles[one.verdict === "taken" ? "fresh" : "unreadable"] ?? ""}`}>
                {one.verdict === "taken" ? w("taken") : w("parked")}
              </span>
              {one.reason ? <div className={styles["soft"]}>{reason("why", one.reason)}</div> : null}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
