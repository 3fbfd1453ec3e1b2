import { Button } from "@mantine/core";
import { Crosshair, Plus } from "lucide-react";
import { Link } from "react-router";
import { useMay } from "@/api/me";
import { useAccountNames } from "@/api/names";
import { AsOf } from "@/components/figure";
import { Page } from "@/components/page";
import { Blank, Failed, Waiting } from "@/components/states";
import table from "@/components/table.module.css";
import { type Line, useNarrowcasts } from "@/features/narrowcasts/narrowcasts";
import { useShown } from "@/features/narrowcasts/shown";
import { StateMark } from "@/features/narrowcasts/state-mark";
import { useWords } from "@/features/narrowcasts/words";
import { useFormat } from "@/lib/format";

/** Every narrowcast, the newest first, with what came of it. */
export function NarrowcastsPage() {
  const w = useWords();
  const may = useMay();
  const found = useNarrowcasts();
  const create = may("messages.write") ? (
    <Button component={Link} to="/narrowcasts/new" leftSection={<Plus size={16} aria-hidden />}>
      {w("create")}
    </Button>
  ) : null;
  const some = found.data?.narrowcasts.length;
  return (
    <Page title={w("title")} lead={w("lead")} actions={some ? create : null}>
      {found.data ? (
        some ? (
          <>
            <List of={found.data.narrowcasts} />
            <AsOf at={found.data.as_of} />
          </>
        ) : (
          <Blank icon={Crosshair} title={w("none")} action={create}>
            {w("noneWhy")}
          </Blank>
        )
      ) : found.error ? (
        <Failed error={found.error} retry={() => void found.refetch()} />
      ) : (
        <Waiting rows={6} height={48} />
      )}
    </Page>
  );
}

function List({ of }: { of: Line[] }) {
  const w = useWords();
  return (
    <table className={table["table"]}>
      <thead>
        <tr>
          <th scope="col">{w("name")}</th>
          <th scope="col">{w("state")}</th>
          <th scope="col">{w("goesOut")}</th>
          <th scope="col">{w("account")}</th>
          <th scope="col" className={table["number"]}>
            {w("atMost")}
          </th>
          <th scope="col" className={table["number"]}>
            {w("sent")}
          </th>
          <th scope="col" className={table["number"]}>
            {w("clicked")}
          </th>
        </tr>
      </thead>
      <tbody>
        {of.map((one) => (
          <Row key={one.key} of={one} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ of }: { of: Line }) {
  const format = useFormat();
  const shown = useShown();
  const accounts = useAccountNames();
  const { sent, clicked } = of.report;
  return (
    <tr>
      <td>
        <Link to={`/narrowcasts/${of.key}`} className={table["link"] ?? ""} data-data>
          {of.name}
        </Link>
      </td>
      <td>
        <StateMark state={of.state} />
      </td>
      <td className={table["faint"]}>{format.moment(of.accepted_at ?? of.due_at)}</td>
      <td data-data>{accounts[of.account] ?? of.account}</td>
      <td className={table["number"]}>{format.number(of.at_most)}</td>
      <td className={table["number"]}>{sent === null ? "–" : format.number(sent)}</td>
      <td className={table["number"]}>{sent === null ? "–" : shown(clicked)}</td>
    </tr>
  );
}
