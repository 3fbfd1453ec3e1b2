import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import { useMay } from "@/api/me";
import { Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import { Mend } from "@/features/sources/mend";
import { useWords } from "@/features/sources/quality-words";
import { useCodes as useReasons } from "@/features/sources/reasons";
import { type Pile, type Reject, useDismiss, useRejects } from "@/features/sources/rejects";
import styles from "@/features/sources/sources.module.css";
import { useFormat } from "@/lib/format";

/** One pile of parked items: what came, and what can be done about all that are shown. */
export function Rejects({ pile, close }: { pile: Pile; close: () => void }) {
  const w = useWords();
  const common = useCommon();
  const reason = useReasons();
  const may = useMay()("sources.write");
  const rejects = useRejects(pile.source, pile.reason);
  const [leaving, setLeaving] = useState(false);
  const shown = rejects.data?.pages.flatMap((page) => page.rejects) ?? [];
  const title = w("of", { source: pile.source || w("unknown"), reason: reason("why", pile.reason) });
  return (
    <div className={styles["stack"]}>
      <div>
        <Button variant="default" onClick={close}>
          {w("back")}
        </Button>
      </div>
      {may && shown.length ? <Mend rejects={shown} done={close} dismiss={() => setLeaving(true)} /> : null}
      <Panel>
        <h2 className={styles["title"]} data-data>
          {title}
        </h2>
        {rejects.error ? (
          <Failed error={rejects.error} retry={() => void rejects.refetch()} small />
        ) : rejects.data ? (
          <Items of={shown} />
        ) : (
          <Waiting />
        )}
        {rejects.hasNextPage ? (
          <Button variant="default" mt="md" loading={rejects.isFetchingNextPage} onClick={() => void rejects.fetchNextPage()}>
            {common("more")}
          </Button>
        ) : null}
      </Panel>
      {leaving ? <Leaving rejects={shown} stay={() => setLeaving(false)} done={close} /> : null}
    </div>
  );
}

function Items({ of }: { of: Reject[] }) {
  const w = useWords();
  const format = useFormat();
  return (
    <table className={styles["table"]}>
      <thead>
        <tr>
          <th scope="col">{w("received")}</th>
          <th scope="col">{w("content")}</th>
        </tr>
      </thead>
      <tbody>
        {of.map((one) => (
          <tr key={`${one.log_offset}-${one.item}`}>
            <td className={styles["soft"]}>{format.moment(one.received_at ?? one.at)}</td>
            <td>
              <pre className={styles["code"]}>{one.body === null ? one.text : JSON.stringify(one.body, null, 1)}</pre>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Leaving({ rejects, stay, done }: { rejects: Reject[]; stay: () => void; done: () => void }) {
  const w = useWords();
  const common = useCommon();
  const dismiss = useDismiss();
  return (
    <Modal opened onClose={stay} title={w("dismissTitle", { count: rejects.length })} closeButtonProps={{ "aria-label": common("close") }}>
      <p>{w("dismissWhy")}</p>
      {dismiss.error ? <Failed error={dismiss.error} small /> : null}
      <div className={styles["row"]}>
        <Button color="red" loading={dismiss.isPending} onClick={() => dismiss.mutate(rejects, { onSuccess: done })}>
          {w("dismiss")}
        </Button>
        <Button variant="default" onClick={stay}>
          {common("cancel")}
        </Button>
      </div>
    </Modal>
  );
}
