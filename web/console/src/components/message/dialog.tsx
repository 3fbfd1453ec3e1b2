import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import { Editor } from "@/components/message/editor";
import { useFaults } from "@/components/message/faults";
import { LibrarySelect } from "@/components/message/library-select";
import { MergeMenu } from "@/components/message/merge-menu";
import styles from "@/components/message/message.module.css";
import type { Json } from "@/components/message/tree";
import { useWords } from "@/components/message/words";
import { useWords as useShared } from "@/components/words";

interface Props {
  messages: Json[];
  take: (messages: Json[]) => void;
  close: () => void;
}

/** The whole composer over a page that has no room for it. Nothing changes there until it is taken over. */
export function MessageDialog({ messages, take, close }: Props) {
  const w = useWords();
  const shared = useShared();
  const [draft, setDraft] = useState(messages);
  const faults = useFaults(draft);
  return (
    <Modal opened onClose={close} size="min(1120px, 96vw)" title={w("write")} closeButtonProps={{ "aria-label": shared("close") }}>
      <Editor
        messages={draft}
        change={setDraft}
        faults={faults}
        strict={false}
        head={
          <div className={styles["finder"]}>
            <LibrarySelect take={setDraft} />
            <MergeMenu />
          </div>
        }
      />
      <div className={styles["foot"]}>
        <Button variant="default" onClick={close}>
          {shared("cancel")}
        </Button>
        <Button
          onClick={() => {
            take(draft);
            close();
          }}
        >
          {w("takeOver")}
        </Button>
      </div>
    </Modal>
  );
}
