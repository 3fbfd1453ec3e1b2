import { Button } from "@mantine/core";
import { PencilLine } from "lucide-react";
import { Link, useParams } from "react-router";
import { useMay } from "@/api/me";
import { useOriginNames } from "@/api/names";
import { useSegmentNames } from "@/api/segments";
import { AsOf } from "@/components/figure";
import { Mark } from "@/components/mark";
import { useNames } from "@/components/names";
import { Page, Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import { Audiences } from "@/features/segments/audiences-panel";
import { ConditionTree } from "@/features/segments/condition-tree";
import { Growth } from "@/features/segments/growth";
import { Members } from "@/features/segments/members";
import { Overlap } from "@/features/segments/overlap";
import styles from "@/features/segments/segment-page.module.css";
import { type Segment, useFreshness, useSegment, useUsedBy, useVersions } from "@/features/segments/segments";
import { useCodes, useWords } from "@/features/segments/words";
import { useFormat } from "@/lib/format";

export function SegmentPage() {
  const { key = "" } = useParams();
  const segment = useSegment(key);
  if (segment.data) return <Whole segment={segment.data} />;
  if (segment.error) return <Failed error={segment.error} retry={() => void segment.refetch()} />;
  return <Waiting rows={5} height={72} />;
}

function Whole({ segment }: { segment: Segment }) {
  const w = useWords();
  const may = useMay();
  return (
    <Page
      title={segment.name}
      data
      actions={
        <>
          <Button variant="default" component={Link} to="/segments">
            {w("back")}
          </Button>
          {may("segments.write") ? (
            <Button component={Link} to={`/segments/${segment.key}/edit`} leftSection={<PencilLine size={15} aria-hidden />}>
              {w("edit")}
            </Button>
          ) : null}
        </>
      }
    >
      <div className={styles["columns"]}>
        <div className={styles["stack"]}>
          <Size segment={segment} />
          {segment.computed_at ? <Growth segment={segment} /> : null}
          <Members segment={segment} />
        </div>
        <div className={styles["stack"]}>
          <Panel title={w("condition")}>
            <ConditionTree condition={segment.definition} />
          </Panel>
          <Overlap segment={segment} />
          <Audiences segment={segment} />
          <UsedBy segment={segment} />
          <Versions segment={segment} />
        </div>
      </div>
    </Page>
  );
}

function Size({ segment }: { segment: Segment }) {
  const w = useWords();
  const code = useCodes();
  const names = useNames();
  const format = useFormat();
  const { data: fresh } = useFreshness(segment.key);
  return (
    <Panel label={w("members")}>
      <div className={styles["size"]}>
        <strong>
          {segment.computed_at ? w("people", { count: segment.members }) : w("notComputed")}
        </strong>
        <Mark tone={segment.state === "live" ? "good" : segment.state === "computing" ? "warn" : "plain"}>
          {code("state", segment.state)}
        </Mark>
        {segment.computed_at ? <AsOf at={segment.computed_at} /> : null}
      </div>
      {fresh ? (
        <p className={styles["note"]}>
          {fresh.history.at ? w("historyAt", { when: format.ago(fresh.history.at) }) : null}
          {fresh.slowest
            ? ` · ${w("slowest", { event: names.event(fresh.slowest.event), when: format.ago(fresh.slowest.newest_at) })}`
            : null}
        </p>
      ) : null}
    </Panel>
  );
}

function UsedBy({ segment }: { segment: Segment }) {
  const w = useWords();
  const code = useCodes();
  const origins = useOriginNames();
  const segments = useSegmentNames();
  const { data } = useUsedBy(segment.key);
  if (!data) return null;
  const called = (kind: string, key: string) => (kind === "segment" ? segments[key] : origins[`${kind}:${key}`]) ?? key;
  return (
    <Panel title={w("usedBy")}>
      {data.used_by.length ? (
        <ul className={styles["plain"]}>
          {data.used_by.map(({ kind, key }) => (
            <li key={kind + key}>
              <span data-data>{called(kind, key)}</span>
              <span className={styles["faint"]}>{code("kind", kind)}</span>
            </li>
          ))}
        </ul>
      ) : (
        <p className={styles["note"]}>{w("unused")}</p>
      )}
    </Panel>
  );
}

function Versions({ segment }: { segment: Segment }) {
  const w = useWords();
  const format = useFormat();
  const { data } = useVersions(segment.key);
  if (!data) return null;
  return (
    <Panel title={w("versions")}>
      <ul className={styles["plain"]}>
        {data.versions.map(({ version, author, at }) => (
          <li key={version}>
            <span>{w("version", { number: version })}</span>
            <span className={styles["faint"]}>
              <span data-data>{author}</span> · {format.moment(at)}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
