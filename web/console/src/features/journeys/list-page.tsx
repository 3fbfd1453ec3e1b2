import { Button } from "@mantine/core";
import { LayoutGrid, Plus, Route } from "lucide-react";
import { Link } from "react-router";
import { useMay } from "@/api/me";
import { AsOf } from "@/components/figure";
import { Page } from "@/components/page";
import { Blank, Failed, Waiting } from "@/components/states";
import table from "@/components/table.module.css";
import { StateMark } from "@/features/journeys/state-mark";
import { type JourneyLine, useJourneys } from "@/features/journeys/journeys";
import { useCodes, useWords } from "@/features/journeys/words";
import { useFormat } from "@/lib/format";

export function JourneysPage() {
  const w = useWords();
  const may = useMay();
  const journeys = useJourneys();
  const create = may("journeys.write") ? (
    <>
      <Button variant="default" component={Link} to="/journeys/new" leftSection={<Plus size={16} aria-hidden />}>
        {w("fromBlank")}
      </Button>
      <Button component={Link} to="/journeys/templates" leftSection={<LayoutGrid size={16} aria-hidden />}>
        {w("fromTemplate")}
      </Button>
    </>
  ) : null;
  return (
    <Page title={w("title")} lead={w("lead")} actions={create}>
      {journeys.data ? (
        journeys.data.journeys.length ? (
          <>
            <List journeys={journeys.data.journeys} />
            <AsOf at={journeys.data.as_of} />
          </>
        ) : (
          <Blank icon={Route} title={w("none")}>
            {w("noneWhy")}
          </Blank>
        )
      ) : journeys.error ? (
        <Failed error={journeys.error} retry={() => void journeys.refetch()} />
      ) : (
        <Waiting rows={6} height={48} />
      )}
    </Page>
  );
}

function List({ journeys }: { journeys: JourneyLine[] }) {
  const w = useWords();
  const code = useCodes();
  const format = useFormat();
  return (
    <table className={table["table"]}>
      <thead>
        <tr>
          <th scope="col">{w("name")}</th>
          <th scope="col">{w("state")}</th>
          <th scope="col">{w("trigger")}</th>
          {(["running", "entered", "goals", "parked"] as const).map((word) => (
            <th key={word} scope="col" className={table["number"]}>
              {w(word)}
            </th>
          ))}
          <th scope="col">{w("changed")}</th>
        </tr>
      </thead>
      <tbody>
        {journeys.map((one) => (
          <tr key={one.key}>
            <td>
              <Link to={`/journeys/${one.key}`} className={table["link"] ?? ""} data-data>
                {one.name}
              </Link>
            </td>
            <td>
              <StateMark state={one.state} />
            </td>
            <td>{one.trigger ? code("trigger", one.trigger) : null}</td>
            <td className={table["number"]}>{format.number(one.running)}</td>
            <td className={table["number"]}>{format.number(one.entered)}</td>
            <td className={table["number"]}>{format.number(one.goals)}</td>
            <td className={table["number"]}>{format.number(one.parked)}</td>
            <td className={table["faint"]}>{format.ago(one.updated_at)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
