import { Button, CopyButton, Modal, TextInput } from "@mantine/core";
import styles from "@/components/secret-once.module.css";
import { useWords as useCommon } from "@/components/words";

interface Props {
  secret: string;
  says: (key: "secretTitle" | "secretWhy" | "secret" | "done") => string;
  close: () => void;
}

/** Show a new secret, once: nobody can read it again, so the dialog closes by its button alone. */
export function SecretOnce({ secret, says, close }: Props) {
  const common = useCommon();
  return (
    <Modal opened onClose={close} title={says("secretTitle")} closeOnClickOutside={false} withCloseButton={false}>
      <div className={styles["stack"]}>
        <p>{says("secretWhy")}</p>
        <TextInput label={says("secret")} readOnly value={secret} classNames={{ input: styles["mono"] ?? "" }} data-data />
        <div className={styles["row"]}>
          <CopyButton value={secret}>{({ copied, copy }) => <Button onClick={copy}>{copied ? common("copied") : common("copy")}</Button>}</CopyButton>
          <Button variant="default" onClick={close}>
            {says("done")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
