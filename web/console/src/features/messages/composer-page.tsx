import { Button, Menu, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { useMay } from "@/api/me";
import { Page, Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import { Archive } from "@/features/messages/archive";
import { Cost } from "@/features/messages/cost";
import { Editor } from "@/components/message/editor";
import { useFaults } from "@/components/message/faults";
import { BLANKS, keyFrom } from "@/components/message/kinds";
import { MergeMenu } from "@/components/message/merge-menu";
import { type Kept, useMessage, useSave } from "@/features/messages/messages";
import styles from "@/components/message/message.module.css";
import { TestSend } from "@/features/messages/test-send";
import type { Json } from "@/components/message/tree";
import { Versions } from "@/features/messages/versions";
import { useWords } from "@/features/messages/words";

export function ComposerPage() {
  const { key = "" } = useParams();
  const message = useMessage(key, null);
  if (key === "") return <Composer key="new" kept={null} />;
  if (message.data) return <Composer key={key} kept={message.data} />;
  if (message.error) return <Failed error={message.error} retry={() => void message.refetch()} />;
  return <Waiting rows={5} height={72} />;
}

/** Write a message: its bubbles on the left, on the right what a person sees and what it costs. */
function Composer({ kept }: { kept: Kept | null }) {
  const w = useWords();
  const navigate = useNavigate();
  const may = useMay();
  const save = useSave();
  const [name, setName] = useState(kept?.name ?? "");
  const [messages, setMessages] = useState<Json[]>(kept?.messages ?? [BLANKS.text]);
  const [saved, setSaved] = useState(kept ? JSON.stringify(kept.messages) : "");
  const [strict, setStrict] = useState(false);
  const faults = useFaults(messages);
  const { flaws } = faults;
  const changed = JSON.stringify(messages) !== saved || name !== (kept?.name ?? "");

  function keep() {
    setStrict(true);
    if (name.trim() === "" || flaws.length) {
      notifications.show({ message: name.trim() === "" ? w("nameFirst") : w("flawsFirst", { count: flaws.length }), color: "red" });
      return;
    }
    const key = kept?.key ?? keyFrom(name, new Date());
    save.mutate(
      { key, name, messages },
      {
        onSuccess: ({ version }) => {
          setSaved(JSON.stringify(messages));
          setStrict(false);
          notifications.show({ message: w("saved", { count: version }) });
          if (!kept) void navigate(`/messages/${key}`, { replace: true });
        },
      },
    );
  }

  return (
    <Page
      title={kept ? kept.name : w("create")}
      data={kept !== null}
      actions={
        <>
          <Button variant="default" component={Link} to="/messages">
            {w("back")}
          </Button>
          {kept ? <More kept={kept} take={setMessages} changed={changed} /> : null}
          {may("messages.write") ? (
            <Button onClick={keep} loading={save.isPending} disabled={!changed}>
              {w("save")}
            </Button>
          ) : null}
        </>
      }
    >
      <Editor
        messages={messages}
        change={setMessages}
        faults={faults}
        strict={strict}
        head={
          <Panel>
            <div className={styles["named"]}>
              <TextInput
                label={w("name")}
                placeholder={w("nameHint")}
                maxLength={200}
                value={name}
                error={strict && name.trim() === "" ? w("nameFirst") : null}
                onChange={(event) => setName(event.currentTarget.value)}
              />
              <MergeMenu />
            </div>
          </Panel>
        }
        foot={save.error ? <Failed error={save.error} small /> : null}
        beside={may("cost.read") ? <Cost /> : null}
      />
    </Page>
  );
}

function More({ kept, take, changed }: { kept: Kept; take: (messages: Json[]) => void; changed: boolean }) {
  const w = useWords();
  const may = useMay()("messages.write");
  const [open, setOpen] = useState<"" | "test" | "versions" | "archive">("");
  const close = () => setOpen("");
  return (
    <>
      {may ? (
        <Button variant="default" disabled={changed} title={changed ? w("saveFirst") : undefined} onClick={() => setOpen("test")}>
          {w("test")}
        </Button>
      ) : null}
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" rightSection={<ChevronDown size={14} aria-hidden />}>
            {w("more")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setOpen("versions")}>{w("versions")}</Menu.Item>
          {may ? (
            <Menu.Item color="red" onClick={() => setOpen("archive")}>
              {w("archive")}
            </Menu.Item>
          ) : null}
        </Menu.Dropdown>
      </Menu>
      {open === "test" ? <TestSend messageKey={kept.key} close={close} /> : null}
      {open === "versions" ? <Versions messageKey={kept.key} close={close} take={take} /> : null}
      {open === "archive" ? <Archive kept={kept} close={close} /> : null}
    </>
  );
}
