import { Button, Select } from "@mantine/core";
import { useState } from "react";
import { useSegments } from "@/api/segments";
import { Failed } from "@/components/states";
import { type Tag, useTagJobs, useTagPeople, useUndoJob } from "@/features/tags/tags";
import styles from "@/features/tags/tags.module.css";
import { useCodes, useWords } from "@/features/tags/words";
import { useFormat } from "@/lib/format";

/** Put it on the people of a segment, or take it off; each such change can be taken back. */
export function People({ tag, may }: { tag: Tag; may: boolean }) {
  const w = useWords();
  const code = useCodes();
  const format = useFormat();
  const segments = useSegments().data?.segments ?? [];
  const jobs = useTagJobs(tag.key);
  const change = useTagPeople(tag.key);
  const undo = useUndoJob();
  const [segment, setSegment] = useState("");
  const failed = change.error ?? undo.error ?? jobs.error;
  return (
    <section className={styles["stack"]}>
      <h3 className={styles["small"]}>{w("manyPeople")}</h3>
      {may ? (
        <div className={styles["row"]}>
          <Select
            aria-label={w("segment")}
            placeholder={w("segment")}
            searchable
            comboboxProps={{ keepMounted: false }}
            data={segments.map(({ key, name }) => ({ value: key, label: name }))}
            value={segment || null}
            onChange={(next) => setSegment(next ?? "")}
            data-data
          />
          {(["add", "remove"] as const).map((action) => (
            <Button key={action} variant="default" disabled={segment === ""} loading={change.isPending} onClick={() => change.mutate({ action, segment })}>
              {w(action)}
            </Button>
          ))}
        </div>
      ) : null}
      {failed ? <Failed error={failed} small /> : null}
      {jobs.data?.jobs.length ? (
        <ul className={styles["jobs"]}>
          {jobs.data.jobs.map((one) => (
            <li key={one.job_id}>
              <span>
                {w(one.action === "remove" ? "jobRemoved" : "jobAdded", { count: one.changed })}
                <span className={styles["soft"]}>
                  {" "}
                  {code("how", one.how)} · {format.moment(one.at)}
                </span>
              </span>
              {one.undone_at ? (
                <span className={styles["soft"]}>{w("undone")}</span>
              ) : may ? (
                <Button variant="subtle" size="compact-xs" loading={undo.isPending} onClick={() => undo.mutate(one.job_id)}>
                  {w("undo")}
                </Button>
              ) : null}
            </li>
          ))}
        </ul>
      ) : (
        <p className={styles["soft"]}>{w("noJobs")}</p>
      )}
    </section>
  );
}
