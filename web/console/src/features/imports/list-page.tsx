import { Button } from "@mantine/core";
import { FileUp } from "lucide-react";
import { Link } from "react-router";
import { useMay } from "@/api/me";
import { Mark, type Tone } from "@/components/mark";
import { Page } from "@/components/page";
import { Blank, Failed, Waiting } from "@/components/states";
import table from "@/components/table.module.css";
import { type Import, useImports } from "@/features/imports/imports";
import { useCodes, useWords } from "@/features/imports/words";
import { useFormat } from "@/lib/format";

export const TONES: Record<string, Tone> = { running: "accent", done: "good", failed: "bad", undoing: "warn" };

export function ImportsPage() {
  const w = useWords();
  const may = useMay()("imports.write");
  const imports = useImports();
  const create = may ? (
    <Button component={Link} to="/imports/new" leftSection={<FileUp size={16} aria-hidden />}>
      {w("create")}
    </Button>
  ) : null;
  return (
    <Page title={w("title")} lead={w("lead")} actions={imports.data?.length ? create : null}>
      {imports.data ? (
        imports.data.length ? (
          <List of={imports.data} />
        ) : (
          <Blank icon={FileUp} title={w("none")} action={create}>
            {w("noneWhy")}
          </Blank>
        )
      ) : imports.error ? (
        <Failed error={imports.error} retry={() => void imports.refetch()} />
      ) : (
        <Waiting />
      )}
    </Page>
  );
}

function List({ of }: { of: Import[] }) {
  const w = useWords();
  const code = useCodes();
  const format = useFormat();
  return (
    <table className={table["table"]}>
      <thead>
        <tr>
          <th scope="col">{w("file")}</th>
          <th scope="col">{w("kind")}</th>
          <th scope="col" className={table["number"]}>
            {w("taken")}
          </th>
          <th scope="col" className={table["number"]}>
            {w("refused")}
          </th>
          <th scope="col">{w("state")}</th>
          <th scope="col">{w("when")}</th>
        </tr>
      </thead>
      <tbody>
        {of.map((one) => (
          <tr key={one.import_id}>
            <td>
              <Link to={`/imports/${one.import_id}`} className={table["link"] ?? ""} data-data>
                {one.file_name}
              </Link>
            </td>
            <td>{code("kind", one.kind)}</td>
            <td className={table["number"]}>{format.number(one.rows_taken)}</td>
            <td className={table["number"]}>{format.number(one.rows_refused)}</td>
            <td>
              <Mark tone={TONES[one.state] ?? "plain"}>{code("state", one.state)}</Mark>
            </td>
            <td className={table["faint"]}>{format.moment(one.created_at)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
