import { Button, Modal } from "@mantine/core";
import { useNavigate } from "react-router";
import { Failed } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import { type Kept, useArchive } from "@/features/messages/messages";
import styles from "@/components/message/message.module.css";
import { useWords } from "@/features/messages/words";

/** Put a message away. It can be taken back by saving it again. */
export function Archive({ kept, close }: { kept: Kept; close: () => void }) {
  const w = useWords();
  const common = useCommon();
  const navigate = useNavigate();
  const archive = useArchive();
  return (
    <Modal opened onClose={close} title={w("archiveTitle")} closeButtonProps={{ "aria-label": common("close") }}>
      <p>{w("archiveWhy")}</p>
      {archive.error ? <Failed error={archive.error} small /> : null}
      <div className={styles["add"]}>
        <Button color="red" loading={archive.isPending} onClick={() => archive.mutate(kept.key, { onSuccess: () => void navigate("/messages") })}>
          {w("archive")}
        </Button>
        <Button variant="default" onClick={close}>
          {common("cancel")}
        </Button>
      </div>
    </Modal>
  );
}
