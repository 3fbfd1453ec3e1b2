import { Button, Drawer } from "@mantine/core";
import { Failed, Waiting } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import { useVersions } from "@/features/messages/messages";
import styles from "@/components/message/message.module.css";
import { firstWords } from "@/components/message/kinds";
import type { Json } from "@/components/message/tree";
import { useWords } from "@/features/messages/words";
import { useFormat } from "@/lib/format";

interface Props {
  messageKey: string;
  close: () => void;
  take: (messages: Json[]) => void;
}

/** Every version that was saved. An old one is taken into the draft, and becomes a new one when it is saved. */
export function Versions({ messageKey, close, take }: Props) {
  const w = useWords();
  const common = useCommon();
  const format = useFormat();
  const versions = useVersions(messageKey, true);
  return (
    <Drawer opened onClose={close} title={w("versions")} closeButtonProps={{ "aria-label": common("close") }}>
      {versions.data ? (
        <ul className={styles["plain"]}>
          {versions.data.versions.map((one) => (
            <li key={one.version} className={styles["version"]}>
              <div>
                <strong>{w("version", { count: one.version })}</strong> <span className={styles["note"]}>{format.moment(one.updated_at)}</span>
                <div className={styles["note"]} data-data>
                  {firstWords(one.messages)}
                </div>
              </div>
              <Button
                variant="default"
                size="compact-sm"
                onClick={() => {
                  take(one.messages);
                  close();
                }}
              >
                {w("takeVersion")}
              </Button>
            </li>
          ))}
        </ul>
      ) : versions.error ? (
        <Failed error={versions.error} retry={() => void versions.refetch()} small />
      ) : (
        <Waiting rows={3} />
      )}
    </Drawer>
  );
}
