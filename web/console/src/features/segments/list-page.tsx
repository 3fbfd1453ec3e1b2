import { Button } from "@mantine/core";
import { Group as GroupIcon, Plus } from "lucide-react";
import { Link } from "react-router";
import { useMay } from "@/api/me";
import { type SegmentLine, useSegments } from "@/api/segments";
import { AsOf } from "@/components/figure";
import { Mark } from "@/components/mark";
import { Page } from "@/components/page";
import { Blank, Failed, Waiting } from "@/components/states";
import table from "@/components/table.module.css";
import { useCodes, useWords } from "@/features/segments/words";
import { useFormat } from "@/lib/format";

export function SegmentsPage() {
  const w = useWords();
  const may = useMay();
  const segments = useSegments();
  const create = may("segments.write") ? (
    <Button component={Link} to="/segments/new" leftSection={<Plus size={16} aria-hidden />}>
      {w("create")}
    </Button>
  ) : null;
  return (
    <Page title={w("title")} lead={w("lead")} actions={segments.data?.segments.length ? create : null}>
      {segments.data ? (
        segments.data.segments.length ? (
          <>
            <List segments={segments.data.segments} />
            <AsOf at={segments.data.as_of} />
          </>
        ) : (
          <Blank icon={GroupIcon} title={w("none")} action={create}>
            {w("noneWhy")}
          </Blank>
        )
      ) : segments.error ? (
        <Failed error={segments.error} retry={() => void segments.refetch()} />
      ) : (
        <Waiting rows={6} height={48} />
      )}
    </Page>
  );
}

function List({ segments }: { segments: SegmentLine[] }) {
  const w = useWords();
  const code = useCodes();
  const format = useFormat();
  return (
    <table className={table["table"]}>
      <thead>
        <tr>
          <th scope="col">{w("name")}</th>
          <th scope="col" className={table["number"]}>
            {w("members")}
          </th>
          <th scope="col">{w("state")}</th>
          <th scope="col">{w("computed")}</th>
          <th scope="col">{w("changed")}</th>
        </tr>
      </thead>
      <tbody>
        {segments.map((one) => (
          <tr key={one.key}>
            <td>
              <Link to={`/segments/${one.key}`} className={table["link"] ?? ""} data-data>
                {one.name}
              </Link>
            </td>
            <td className={table["number"]}>{one.computed_at ? format.number(one.members) : w("notComputed")}</td>
            <td>
              <Mark tone={one.state === "live" ? "good" : one.state === "computing" ? "warn" : "plain"}>
                {code("state", one.state)}
              </Mark>
            </td>
            <td className={table["faint"]}>{one.computed_at ? format.ago(one.computed_at) : w("notComputed")}</td>
            <td className={table["faint"]}>{format.moment(one.updated_at)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
