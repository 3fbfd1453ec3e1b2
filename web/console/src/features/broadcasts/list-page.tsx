import { Button, SegmentedControl } from "@mantine/core";
import { Megaphone, Plus } from "lucide-react";
import { Link, useSearchParams } from "react-router";
import { useMay } from "@/api/me";
import { useAccountNames } from "@/api/names";
import { AsOf } from "@/components/figure";
import { Page } from "@/components/page";
import { Blank, Failed, Waiting } from "@/components/states";
import table from "@/components/table.module.css";
import { type BroadcastLine, stateOf, touchedAt, useBroadcasts } from "@/features/broadcasts/broadcasts";
import { Calendar } from "@/features/broadcasts/calendar";
import { StateMark } from "@/features/broadcasts/state-mark";
import { useWords } from "@/features/broadcasts/words";
import { useFormat } from "@/lib/format";

/** Every broadcast, as a list or on the days they go out. */
export function BroadcastsPage() {
  const w = useWords();
  const may = useMay();
  const broadcasts = useBroadcasts();
  const [query, setQuery] = useSearchParams();
  const view = query.get("view") === "calendar" ? "calendar" : "list";
  const create = may("messages.write") ? (
    <Button component={Link} to="/broadcasts/edit" leftSection={<Plus size={16} aria-hidden />}>
      {w("create")}
    </Button>
  ) : null;
  return (
    <Page
      title={w("title")}
      lead={w("lead")}
      actions={
        broadcasts.data?.broadcasts.length ? (
          <>
            <SegmentedControl
              size="sm"
              aria-label={w("view")}
              data={(["list", "calendar"] as const).map((one) => ({ value: one, label: w(`view.${one}`) }))}
              value={view}
              onChange={(next) => setQuery(next === "calendar" ? { view: next } : {}, { replace: true })}
            />
            {create}
          </>
        ) : null
      }
    >
      {broadcasts.data ? (
        broadcasts.data.broadcasts.length ? (
          <>
            {view === "calendar" ? <Calendar of={broadcasts.data.broadcasts} /> : <List of={broadcasts.data.broadcasts} />}
            <AsOf at={broadcasts.data.as_of} />
          </>
        ) : (
          <Blank icon={Megaphone} title={w("none")} action={create}>
            {w("noneWhy")}
          </Blank>
        )
      ) : broadcasts.error ? (
        <Failed error={broadcasts.error} retry={() => void broadcasts.refetch()} />
      ) : (
        <Waiting rows={6} height={48} />
      )}
    </Page>
  );
}

function List({ of }: { of: BroadcastLine[] }) {
  const w = useWords();
  const format = useFormat();
  const accounts = useAccountNames();
  return (
    <table className={table["table"]}>
      <thead>
        <tr>
          <th scope="col">{w("name")}</th>
          <th scope="col">{w("state")}</th>
          <th scope="col">{w("goesOut")}</th>
          <th scope="col">{w("account")}</th>
          <th scope="col" className={table["number"]}>
            {w("recipients")}
          </th>
          <th scope="col">{w("changed")}</th>
        </tr>
      </thead>
      <tbody>
        {of.map((one) => (
          <tr key={one.key}>
            <td>
              <Link to={`/broadcasts/${one.key}`} className={table["link"] ?? ""} data-data>
                {one.name}
              </Link>
            </td>
            <td>
              <StateMark state={stateOf(one)} />
            </td>
            <td className={table["faint"]}>
              {one.started_at ?? one.start_at ? format.moment(one.started_at ?? one.start_at ?? "") : w(one.state === "draft" ? "notDecided" : "atOnce")}
            </td>
            <td data-data>{accounts[one.account] ?? one.account}</td>
            <td className={table["number"]}>{one.frozen === null ? w("notFrozen") : format.number(one.frozen)}</td>
            <td className={table["faint"]}>{format.ago(touchedAt(one))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
