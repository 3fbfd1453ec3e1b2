import { Button, Modal } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMemo, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { useMay } from "@/api/me";
import { Problem } from "@/api/problem";
import { useQuota } from "@/api/quota";
import { Bubbles } from "@/components/message/bubbles";
import { DraftOf } from "@/components/message/draft";
import { byPointer } from "@/components/message/flaws";
import { MergeMenu } from "@/components/message/merge-menu";
import { Phone } from "@/components/message/phone";
import { Page, Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import styles from "@/features/line/line.module.css";
import { blank, type Draft, draftOf, ruleOf, useDropReply, useReplies, useSaveReply } from "@/features/line/replies";
import { TriggerFields } from "@/features/line/trigger-fields";
import { useWords } from "@/features/line/words";

export function ReplyPage() {
  const { key = "" } = useParams();
  const replies = useReplies();
  if (key === "") return <Editor key="new" kept={null} live />;
  if (replies.error) return <Failed error={replies.error} retry={() => void replies.refetch()} />;
  if (!replies.data) return <Waiting rows={4} height={72} />;
  const found = replies.data.auto_replies.find((one) => one.key === key);
  const draft = found ? draftOf(found.rule) : null;
  return draft && found ? <Editor key={key} kept={draft} live={found.live} /> : <Failed error={new Problem(404, {})} />;
}

function Editor({ kept, live }: { kept: Draft | null; live: boolean }) {
  const w = useWords();
  const navigate = useNavigate();
  const may = useMay()("messages.write");
  const save = useSaveReply();
  const [draft, setDraft] = useState(() => kept ?? blank(new Date()));
  const [leaving, setLeaving] = useState(false);
  const sender = useQuota().data?.accounts[0]?.name ?? "LINE";
  const problem = save.error instanceof Problem ? save.error : null;
  const field = problem?.field ?? "";
  const flaws = useMemo(
    () => (problem && field.startsWith("/rule/messages") ? [{ pointer: field.replace("/rule/messages", ""), sentence: problem.message }] : []),
    [problem, field],
  );
  const known = useMemo(() => byPointer(flaws), [flaws]);
  const keep = () =>
    save.mutate(
      { rule: ruleOf(draft), live },
      {
        onSuccess: () => {
          notifications.show({ message: w("reply.saved") });
          void navigate("/replies");
        },
      },
    );
  return (
    <Page
      title={kept ? kept.name || kept.key : w("reply.create")}
      data={kept !== null}
      actions={
        <>
          <Button variant="default" component={Link} to="/replies">
            {w("reply.back")}
          </Button>
          {kept && may ? (
            <Button variant="subtle" color="red" onClick={() => setLeaving(true)}>
              {w("delete")}
            </Button>
          ) : null}
          {may ? (
            <Button loading={save.isPending} disabled={!draft.name.trim() || (draft.messages.length === 0 && !draft.unbinds)} onClick={keep}>
              {w("reply.save")}
            </Button>
          ) : null}
        </>
      }
    >
      <div className={styles["beside"]}>
        <div className={styles["stack"]}>
          <TriggerFields draft={draft} change={setDraft} />
          {save.error && flaws.length === 0 ? <Failed error={save.error} small /> : null}
          <DraftOf messages={draft.messages} change={(messages) => setDraft({ ...draft, messages })} flaws={known} strict>
            <div className={styles["row"]}>
              <h2 className={styles["grow"]}>{w("reply.answer")}</h2>
              <MergeMenu />
            </div>
            <Bubbles messages={draft.messages} flaws={flaws} strict change={(messages) => setDraft({ ...draft, messages })} />
          </DraftOf>
        </div>
        <Panel title={w("reply.onPhone")}>
          <Phone messages={draft.messages} notification="" sender={sender} locked={false} />
        </Panel>
      </div>
      {leaving && kept ? <Leaving draft={kept} close={() => setLeaving(false)} /> : null}
    </Page>
  );
}

function Leaving({ draft, close }: { draft: Draft; close: () => void }) {
  const w = useWords();
  const common = useCommon();
  const navigate = useNavigate();
  const drop = useDropReply();
  return (
    <Modal opened onClose={close} title={w("reply.deleteTitle", { name: draft.name })} closeButtonProps={{ "aria-label": common("close") }}>
      <p>{w("reply.deleteWhy")}</p>
      {drop.error ? <Failed error={drop.error} small /> : null}
      <div className={styles["row"]}>
        <Button color="red" loading={drop.isPending} onClick={() => drop.mutate(draft.key, { onSuccess: () => void navigate("/replies") })}>
          {w("delete")}
        </Button>
        <Button variant="default" onClick={close}>
          {common("cancel")}
        </Button>
      </div>
    </Modal>
  );
}
