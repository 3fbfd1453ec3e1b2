import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { useMay } from "@/api/me";
import { Mark } from "@/components/mark";
import { Page, Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import { type ImportWhole, runs, useImport, useUndo } from "@/features/imports/imports";
import styles from "@/features/imports/imports.module.css";
import { TONES } from "@/features/imports/list-page";
import { Outcome } from "@/features/imports/outcome";
import { useCodes, useWords } from "@/features/imports/words";
import { useFormat } from "@/lib/format";

export function ImportPage() {
  const { id = "" } = useParams();
  const found = useImport(id);
  if (found.data) return <Whole of={found.data} />;
  if (found.error) return <Failed error={found.error} retry={() => void found.refetch()} />;
  return <Waiting rows={4} height={72} />;
}

function Whole({ of }: { of: ImportWhole }) {
  const w = useWords();
  const code = useCodes();
  const format = useFormat();
  const may = useMay()("imports.write");
  const [leaving, setLeaving] = useState(false);
  const absorbing = of.state === "done" && !of.absorbed;
  return (
    <Page
      title={of.file_name}
      data
      actions={
        <>
          <Button variant="default" component={Link} to="/imports">
            {w("back")}
          </Button>
          {may && of.state === "done" ? (
            <Button variant="default" color="red" onClick={() => setLeaving(true)}>
              {w("undo")}
            </Button>
          ) : null}
        </>
      }
    >
      <div className={styles["stack"]}>
        <Panel title={w("outcome")} aside={<Mark tone={TONES[of.state] ?? "plain"}>{code("state", of.state)}</Mark>}>
          <p className={styles["soft"]} role="status">
            {runs(of) ? w("running", { count: of.rows_read }) : absorbing ? w("absorbing") : w("since", { when: format.moment(of.created_at) })}
          </p>
          {of.report ? <Outcome report={of.report} importId={may ? of.import_id : ""} /> : null}
        </Panel>
      </div>
      {leaving ? <Leaving of={of} close={() => setLeaving(false)} /> : null}
    </Page>
  );
}

function Leaving({ of, close }: { of: ImportWhole; close: () => void }) {
  const w = useWords();
  const common = useCommon();
  const undo = useUndo(of.import_id);
  return (
    <Modal opened onClose={close} title={w("undoTitle", { name: of.file_name })} closeButtonProps={{ "aria-label": common("close") }}>
      <p>{w("undoWhy", { count: of.rows_taken })}</p>
      {undo.error ? <Failed error={undo.error} small /> : null}
      <div className={styles["row"]}>
        <Button color="red" loading={undo.isPending} onClick={() => undo.mutate(undefined, { onSuccess: close })}>
          {w("undo")}
        </Button>
        <Button variant="default" onClick={close}>
          {common("cancel")}
        </Button>
      </div>
    </Modal>
  );
}
